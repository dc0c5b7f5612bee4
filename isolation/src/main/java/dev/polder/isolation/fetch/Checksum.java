package dev.polder.isolation.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a file must hash to.
 *
 * @param sha256 64 lower-case hexadecimal digits
 */
public record Checksum(String sha256) {
    private static final String PREFIX = "sha256:";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final int CHUNK_BYTES = 64 * 1024;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if it is not a hash
     */
    public Checksum {
        if (!HEX.matcher(sha256).matches()) {
            throw new IllegalArgumentException(
                    "checksum '" + FetchRequest.masked(sha256) + "' is not 64 lower-case hexadecimal digits");
        }
    }

    /**
     * Reads {@code sha256:} and the digits.
     *
     * @throws IllegalArgumentException if it is not that
     */
    public static Checksum parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException(
                    "checksum '" + FetchRequest.masked(text) + "' does not begin with " + PREFIX);
        }
        return new Checksum(text.substring(PREFIX.length()));
    }

    static Checksum of(Path file) throws IOException {
        MessageDigest hash = newHash();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            int read = in.read(chunk);
            while (read >= 0) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while hashing");
                }
                hash.update(chunk, 0, read);
                read = in.read(chunk);
            }
        }
        return new Checksum(HexFormat.of().formatHex(hash.digest()));
    }

    private static MessageDigest newHash() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has it", impossible);
        }
    }

    @Override
    public String toString() {
        return PREFIX + sha256;
    }
}
