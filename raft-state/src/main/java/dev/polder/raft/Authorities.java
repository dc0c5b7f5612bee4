package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Who is believed when they vouch for others. */
record Authorities(PemFile file, TrustManagerFactory trust) {
    /** In TLS 1.3 the way in which keys are agreed upon says nothing about certificates. */
    private static final String ANY_KEY_EXCHANGE = "UNKNOWN";

    /** @throws IOException if there is none in the file, or one that cannot be read; names the file */
    static Authorities read(Path pem) throws IOException {
        PemFile file = new PemFile("trust", pem);
        List<X509Certificate> believed = file.certificates();
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate one : believed) {
                store.setCertificateEntry("authority " + store.size(), one);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return new Authorities(file, trust);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** Returns why a certificate, with those that vouch for it, is not believed at both ends of a connection; null if it is. */
    @Nullable
    String objection(List<X509Certificate> chain) {
        X509Certificate[] certificates = chain.toArray(X509Certificate[]::new);
        try {
            for (TrustManager manager : trust.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    x509.checkServerTrusted(certificates, ANY_KEY_EXCHANGE);
                    x509.checkClientTrusted(certificates, ANY_KEY_EXCHANGE);
                }
            }
            return null;
        } catch (CertificateException e) {
            return "who believes " + file + " refuses it: " + words(e);
        }
    }

    private static String words(CertificateException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (cause instanceof CertificateExpiredException) {
            return "it or one that vouches for it has expired, " + words;
        }
        return cause instanceof CertificateNotYetValidException
                ? "it or one that vouches for it is not valid yet, " + words
                : words;
    }
}
