package dev.polder.raft;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text with certificates and keys, each between a line that begins and one that ends it.
 *
 * @param use what it is for, as messages call it
 */
record PemFile(String use, Path path) {
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([^-]+)-----");

    /** @throws IOException if there is no certificate, or one that cannot be read; names the file */
    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] block : blocks("CERTIFICATE", "")) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
            }
            return certificates;
        } catch (CertificateException e) {
            throw new IOException(this + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the first private key in its encoded form.
     *
     * @throws IOException if there is none, or it is cut off; names the file
     */
    byte[] key() throws IOException {
        return blocks("PRIVATE KEY", ", which is PKCS#8, not encrypted").get(0);
    }

    private List<byte[]> blocks(String wanted, String explanation) throws IOException {
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        List<byte[]> blocks = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Matcher begin = BEGIN.matcher(text); begin.find(); ) {
            String name = begin.group(1);
            int end = text.indexOf("-----END " + name + "-----", begin.end());
            if (end < 0) {
                throw new IOException(this + " is cut off: there is no end of a '" + name + "'");
            }
            if (name.equals(wanted)) {
                blocks.add(decode(text.substring(begin.end(), end)));
            } else {
                others.add(name);
            }
        }
        if (blocks.isEmpty()) {
            throw new IOException(this + " holds no '" + wanted + "' in PEM" + explanation
                    + (others.isEmpty() ? "" : ", but " + others));
        }
        return blocks;
    }

    private byte[] decode(String base64) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException(this + " is damaged: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return use + " " + path;
    }
}
