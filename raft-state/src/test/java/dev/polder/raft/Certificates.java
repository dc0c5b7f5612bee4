package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody who vouches for others, made with the JDK's own tool. */
final class Certificates {
    private static final String PASSWORD = "in a test";

    private final Path directory;
    private final String authority;

    Certificates(Path directory, String authority) throws Exception {
        this.directory = directory;
        this.authority = authority;
        keytool("-genkeypair", "-alias", authority, "-keyalg", "EC", "-dname", "CN=" + authority, "-ext", "bc:c");
        keytool("-exportcert", "-rfc", "-alias", authority, "-file", trust().toString());
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Path said = directory.resolve("keytool.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    }

    private Path store() {
        return directory.resolve(authority + ".p12");
    }

    /** Returns the file with its own certificate. */
    Path trust() {
        return directory.resolve(authority + ".pem");
    }

    Path certificate(String name) {
        return directory.resolve(name + "-certificate.pem");
    }

    Path key(String name) {
        return directory.resolve(name + "-key.pem");
    }

    /** Vouches for somebody. Returns what he says then. */
    RaftSecurity issue(String name, String names, String... validity) throws Exception {
        keytool("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name);
        return vouch(name, names, validity);
    }

    /** The same with an RSA key of so many bits. */
    RaftSecurity issueRsa(String name, int bits) throws Exception {
        keytool(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "RSA",
                "-keysize",
                Integer.toString(bits),
                "-dname",
                "CN=" + name);
        return vouch(name, "dns:" + name);
    }

    private RaftSecurity vouch(String name, String names, String... validity) throws Exception {
        Path request = directory.resolve(name + ".csr");
        keytool("-certreq", "-alias", name, "-file", request.toString());
        List<String> arguments = new ArrayList<>(List.of("-gencert", "-rfc", "-alias", authority));
        arguments.addAll(List.of(
                "-infile", request.toString(), "-outfile", certificate(name).toString()));
        arguments.addAll(List.of("-ext", "san=" + names));
        arguments.addAll(List.of(validity));
        keytool(arguments.toArray(String[]::new));
        writeKey(name);
        return security(name);
    }

    private void writeKey(String name) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store())) {
            store.load(in, PASSWORD.toCharArray());
        }
        byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
        String pem = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
        Files.writeString(
                key(name),
                "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n",
                StandardCharsets.US_ASCII);
    }

    RaftSecurity security(String name) {
        return RaftSecurity.mutualTls(certificate(name), key(name), trust());
    }
}
