package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How the members of a group, and their clients, know each other. All of one group are set up alike; who is set up
 * otherwise is refused, or does not understand and is not understood.
 */
public abstract sealed class RaftSecurity permits NoSecurity, SharedSecret, MutualTls {
    /** The shortest secret, in bytes. */
    public static final int SECRET_BYTES_MIN = 32;

    RaftSecurity() {}

    /** Nobody proves anything: whoever reaches the port may take part. For networks that are closed. */
    public static RaftSecurity none() {
        return NoSecurity.NONE;
    }

    /**
     * Both ends prove to each other that they know a secret, and what is said afterwards cannot be changed, repeated or
     * added to by anybody who does not. It can be read: this is no encryption.
     *
     * @param secret random bytes, at least {@link #SECRET_BYTES_MIN}; copied
     * @throws IllegalArgumentException if there are too few
     */
    public static RaftSecurity secret(byte[] secret) {
        if (secret.length < SECRET_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "secret has " + secret.length + " bytes, must have at least " + SECRET_BYTES_MIN);
        }
        return new SharedSecret(secret.clone());
    }

    /**
     * TLS 1.3, with a certificate at both ends. A member's certificate names its host (in the subject alternative names);
     * a client needs one that is trusted, whatever it names. Files are read at the start, and again when they have changed:
     * connections that begin a second later use what they hold then. A member does not start with a certificate that the
     * others would refuse: without its name, expired, not for both ends of a connection, or that nobody in its own {@code
     * trustPem} vouches for, which is taken to be the same for all. One that is put in place later and is no better is not
     * used.
     *
     * @param certificatePem the certificate, and those between it and one that is trusted
     * @param keyPem its private key, PKCS#8, not encrypted
     * @param trustPem the certificates of who may vouch for others
     */
    public static RaftSecurity mutualTls(Path certificatePem, Path keyPem, Path trustPem) {
        return new MutualTls(
                Objects.requireNonNull(certificatePem, "certificatePem"),
                Objects.requireNonNull(keyPem, "keyPem"),
                Objects.requireNonNull(trustPem, "trustPem"));
    }

    /**
     * Prepares it for the connections of one thread.
     *
     * @param threadName of the thread for what takes long, if it needs one
     * @throws IOException if something that it needs cannot be read; says what
     */
    abstract WireSecurity open(String threadName) throws IOException;
}
