package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * A certificate, with those that vouch for it, and the private key that belongs to it.
 *
 * @param chain the certificate first
 */
record CertifiedKey(List<X509Certificate> chain, PrivateKey key) {
    CertifiedKey {
        chain = List.copyOf(chain);
    }

    /**
     * Reads PEM files; each may hold other things, too, so that both may be the same.
     *
     * @throws IOException if a file cannot be read, is not what it is to be, or the two do not belong together; names it
     */
    static CertifiedKey read(Path certificatePem, Path keyPem) throws IOException {
        List<X509Certificate> chain = new PemFile("certificate", certificatePem).certificates();
        PublicKey certified = chain.get(0).getPublicKey();
        PrivateKey key = key(new PemFile("key", keyPem), certified.getAlgorithm());
        if (!belongTogether(certified, key)) {
            throw new IOException("key " + keyPem + " does not belong to certificate " + certificatePem);
        }
        return new CertifiedKey(chain, key);
    }

    private static PrivateKey key(PemFile pem, String algorithm) throws IOException {
        byte[] encoded = pem.key();
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IOException(pem + " is no " + algorithm + " key, as its certificate's is", e);
        }
    }

    private static boolean belongTogether(PublicKey certified, PrivateKey key) throws IOException {
        String scheme = switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> certified.getAlgorithm();
        };
        byte[] something = certified.getEncoded();
        try {
            Signature signing = Signature.getInstance(scheme);
            signing.initSign(key);
            signing.update(something);
            byte[] signed = signing.sign();
            Signature verifying = Signature.getInstance(scheme);
            verifying.initVerify(certified);
            verifying.update(something);
            return isSigned(verifying, signed);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    certified.getAlgorithm() + " keys are not supported, RSA, EC and EdDSA are: " + e.getMessage(), e);
        }
    }

    /** A key of another size makes signatures of another length, which is none for who verifies. */
    private static boolean isSigned(Signature verifying, byte[] signed) {
        try {
            return verifying.verify(signed);
        } catch (SignatureException e) {
            return false;
        }
    }
}
