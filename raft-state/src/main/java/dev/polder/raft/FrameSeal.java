package dev.polder.raft;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Marks what is said in one direction of a connection, in its order. Owned by the connection's thread. */
final class FrameSeal {
    static final int BYTES = 16;

    private static final String ALGORITHM = "HmacSHA256";

    private final Mac mac;
    private long count;

    /**
     * A seal whose key nobody has who does not know the secret, and which no other connection has.
     *
     * @param role who speaks
     */
    FrameSeal(byte[] secret, String role, byte[] callersNonce, byte[] calledsNonce) {
        mac = mac(proof(secret, role, callersNonce, calledsNonce));
    }

    /** Returns what only who knows the secret can make of these. */
    static byte[] proof(byte[] secret, String role, byte[] callersNonce, byte[] calledsNonce) {
        Mac mac = mac(secret);
        // roles differ in their first 32 bytes, so none is the beginning of another with its nonce
        mac.update(Arrays.copyOf(role.getBytes(StandardCharsets.US_ASCII), Greeting.PROOF_BYTES));
        mac.update(callersNonce);
        return mac.doFinal(calledsNonce);
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Returns the seal of what comes next. */
    byte[] next(ByteBuffer bytes) {
        mac.update(ByteBuffer.allocate(Long.BYTES).putLong(count++).array());
        mac.update(bytes);
        return Arrays.copyOf(mac.doFinal(), BYTES);
    }
}
