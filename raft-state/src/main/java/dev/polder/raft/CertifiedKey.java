package dev.polder.raft;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
        List<X509Certificate> chain = chain(certificatePem);
        PublicKey certified = chain.get(0).getPublicKey();
        PrivateKey key = key(keyPem, certified.getAlgorithm());
        if (!belongTogether(certified, key)) {
            throw new IOException("key " + keyPem + " does not belong to certificate " + certificatePem);
        }
        return new CertifiedKey(chain, key);
    }

    private static List<X509Certificate> chain(Path pem) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] block : blocks("certificate", pem, "CERTIFICATE")) {
                chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
            }
            return chain;
        } catch (CertificateException e) {
            throw new IOException("certificate " + pem + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Path pem, String algorithm) throws IOException {
        byte[] block = blocks("key", pem, "PRIVATE KEY").get(0);
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(block));
        } catch (GeneralSecurityException e) {
            throw new IOException("key " + pem + " is no " + algorithm + " key, as its certificate's is", e);
        }
    }

    /** Returns what is between the lines that begin and end such a block, at least one. */
    private static List<byte[]> blocks(String what, Path pem, String name) throws IOException {
        Matcher found = Pattern.compile("-----BEGIN " + name + "-----([^-]*)-----END " + name + "-----")
                .matcher(Files.readString(pem, StandardCharsets.ISO_8859_1));
        List<byte[]> blocks = new ArrayList<>();
        try {
            while (found.find()) {
                blocks.add(Base64.getMimeDecoder().decode(found.group(1)));
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(what + " " + pem + " is cut off or damaged: " + e.getMessage(), e);
        }
        if (blocks.isEmpty()) {
            throw new IOException(what + " " + pem + " holds no '" + name + "' in PEM");
        }
        return blocks;
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
