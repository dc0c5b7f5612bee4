package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** What only a container's task is to know. Its text form does not say it, so that no log does. Immutable. */
public final class SecretValue {
    /** The longest there may be. */
    public static final int BYTES_MAX = 1 << 20;

    private final byte[] bytes;

    /**
     * Copies.
     *
     * @throws IllegalArgumentException if there are more than {@value #BYTES_MAX} bytes
     */
    public SecretValue(byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "the secret is too long: " + bytes.length + " bytes > bytesMax=" + BYTES_MAX);
        }
        this.bytes = bytes.clone();
    }

    /** Writes it into a file. */
    public void writeTo(Path file, OpenOption... options) throws IOException {
        Files.write(file, bytes, options);
    }

    @Override
    public String toString() {
        return bytes.length + " secret bytes";
    }
}
