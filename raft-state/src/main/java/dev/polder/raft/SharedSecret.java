package dev.polder.raft;

import java.security.SecureRandom;

/** Both ends know the same bytes. */
final class SharedSecret extends RaftSecurity {
    private final byte[] secret;

    SharedSecret(byte[] secret) {
        this.secret = secret;
    }

    @Override
    WireSecurity open(String threadName) {
        SecureRandom random = new SecureRandom();
        return called -> new SecretLayer(secret, random, called != null);
    }

    /** Does not say it. */
    @Override
    public String toString() {
        return "shared secret";
    }
}
