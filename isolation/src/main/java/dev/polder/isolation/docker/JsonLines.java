package dev.polder.isolation.docker;

import dev.polder.isolation.json.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A stream of JSON values, each in a line. */
final class JsonLines {
    private static final int LINE_BYTES_MAX = 1 << 20;

    private final InputStream stream;
    private final String what;

    JsonLines(InputStream stream, String what) {
        this.stream = stream;
        this.what = what;
    }

    /** Waits for the next one; empty at the end. */
    Optional<JsonValue> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = stream.read();
        while (next >= 0 && (next != '\n' || line.size() == 0)) {
            if (next != '\r' && next != '\n') {
                line.write(next);
            }
            if (line.size() > LINE_BYTES_MAX) {
                throw new IOException(what + " has a line of more than LINE_BYTES_MAX=" + LINE_BYTES_MAX + " bytes");
            }
            next = stream.read();
        }
        return line.size() == 0 ? Optional.empty() : Optional.of(JsonValue.parse(line.toByteArray(), what));
    }
}
