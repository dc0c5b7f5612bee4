package dev.polder.isolation.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of bytes by their hash.
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex the hash, in lower-case hexadecimal digits
 */
public record Digest(String algorithm, String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if the algorithm is another, or the hash has not its length or other characters
     */
    public Digest {
        int digits = switch (algorithm) {
            case "sha256" -> 64;
            case "sha512" -> 128;
            default ->
                throw new IllegalArgumentException("digest algorithm '" + algorithm + "' is neither sha256 nor sha512");
        };
        if (hex.length() != digits || !HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "digest '" + algorithm + ":" + hex + "' has not " + digits + " lower-case hexadecimal digits");
        }
    }

    /**
     * Reads {@code algorithm:hex}.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("digest '" + text + "' has no ':' after its algorithm");
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    static Digest sha256(byte[] bytes) {
        return of("sha256", hash("sha256").digest(bytes));
    }

    static Digest of(String algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    /** Returns a fresh hash of this digest's algorithm. */
    MessageDigest hash() {
        return hash(algorithm);
    }

    /** Do these bytes have this name? */
    boolean names(byte[] bytes) {
        return of(algorithm, hash().digest(bytes)).equals(this);
    }

    private static MessageDigest hash(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has both", impossible);
        }
    }

    /** Returns a name for a file: the text form with a {@code -} for the colon. */
    String fileName() {
        return algorithm + "-" + hex;
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
