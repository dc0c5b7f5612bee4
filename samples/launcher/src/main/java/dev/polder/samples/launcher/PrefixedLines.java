package dev.polder.samples.launcher;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Makes lines of bytes and prints each whole, with a prefix. Owned by one thread. */
final class PrefixedLines {
    /** A longer line is cut into several. */
    static final int LINE_BYTES_MAX = 65_536;

    private final byte[] prefix;
    private final PrintStream to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    PrefixedLines(String prefix, PrintStream to) {
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.to = to;
    }

    void add(byte b) {
        if (b != '\n') {
            line.write(b);
        }
        if (b == '\n' || line.size() >= LINE_BYTES_MAX) {
            print();
        }
    }

    /** Prints what is left, as if there were a line feed. */
    void end() {
        if (line.size() > 0) {
            print();
        }
    }

    private void print() {
        byte[] whole = new byte[prefix.length + line.size() + 1];
        System.arraycopy(prefix, 0, whole, 0, prefix.length);
        System.arraycopy(line.toByteArray(), 0, whole, prefix.length, line.size());
        whole[whole.length - 1] = '\n';
        // one call, so that lines of several files do not mix
        to.write(whole, 0, whole.length);
        to.flush();
        line.reset();
    }
}
