package dev.polder.raft;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
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
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    CertifiedKey {
        chain = List.copyOf(chain);
    }

    /** @throws IOException if a file cannot be read, is not what it is to be, or the two do not belong together */
    static CertifiedKey read(Path certificatePem, Path keyPem) throws IOException {
        List<X509Certificate> chain = chain(certificatePem);
        PublicKey certified = chain.get(0).getPublicKey();
        String algorithm = certified.getAlgorithm();
        try {
            PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes(keyPem)));
            if (belongTogether(certified, key)) {
                return new CertifiedKey(chain, key);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "key " + keyPem + " is no " + algorithm + " key, as certificate " + certificatePem + " has: "
                            + e.getMessage(),
                    e);
        }
        throw new IOException("key " + keyPem + " does not belong to certificate " + certificatePem);
    }

    private static List<X509Certificate> chain(Path certificatePem) throws IOException {
        try (InputStream in = Files.newInputStream(certificatePem)) {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (chain.isEmpty()) {
                throw new IOException("certificate " + certificatePem + " holds none");
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw new IOException("certificate " + certificatePem + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(Path keyPem) throws IOException {
        Matcher found = KEY.matcher(Files.readString(keyPem, StandardCharsets.ISO_8859_1));
        if (!found.find()) {
            throw new IOException("key " + keyPem + " holds no private key (PKCS#8, not encrypted)");
        }
        try {
            return Base64.getMimeDecoder().decode(found.group(1));
        } catch (IllegalArgumentException e) {
            throw new IOException("key " + keyPem + " is cut off or damaged: " + e.getMessage(), e);
        }
    }

    private static boolean belongTogether(PublicKey certified, PrivateKey key) throws GeneralSecurityException {
        String scheme = switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> certified.getAlgorithm();
        };
        byte[] something = certified.getEncoded();
        Signature signing = Signature.getInstance(scheme);
        signing.initSign(key);
        signing.update(something);
        Signature verifying = Signature.getInstance(scheme);
        verifying.initVerify(certified);
        verifying.update(something);
        return verifying.verify(signing.sign());
    }
}
