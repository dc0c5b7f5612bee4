package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class RegistryTlsTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    Path base;

    /** The JDK makes a certificate by a program alone. */
    private SSLContext certified() throws Exception {
        Path file = base.resolve("keys.p12");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "registry",
                        "-dname",
                        "CN=registry",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("registry", keys.getCertificate("registry"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void shouldPullByTlsFromWhomItTrustsOnly() throws Exception {
        SSLContext tls = certified();
        TestImage image = TestImage.of(new TestLayer().file("a", "x"));
        RegistrySettings trusting = RegistrySettings.defaults().withTls(tls.getSocketFactory());
        RegistrySettings strange =
                RegistrySettings.defaults().withTls(SSLContext.getDefault().getSocketFactory());
        try (TestRegistry registry = new TestRegistry(tls).with("1", image);
                TestRegistry plain = new TestRegistry();
                RegistryClient client = RegistryClient.open(trusting, time -> {});
                RegistryClient stranger = RegistryClient.open(strange, time -> {})) {
            PullRequest request = PullRequest.of(new ContainerId(UUID.randomUUID()), registry.reference("x:1"));
            try (ImageStore store = ImageStore.open(
                    StoreSettings.of(base.resolve("refusing"), stranger).withBackend(Backend.COPY))) {
                assertThatThrownBy(() -> store.pull(request))
                        .hasRootCauseInstanceOf(Exception.class)
                        .hasStackTraceContaining(SSLException.class.getPackageName());
            }
            assertThat(registry.asked).isEmpty();
            try (ImageStore store = ImageStore.open(
                    StoreSettings.of(base.resolve("store"), client).withBackend(Backend.COPY))) {
                assertThat(store.pull(request).manifest()).isEqualTo(image.digest());

                registry.fault = exchange -> {
                    TestRegistry.redirect(exchange, "http://" + plain.host() + "/v2/");
                    return true;
                };
                assertThatThrownBy(() -> store.pull(request.withCached(false)))
                        .hasMessageContaining(
                                "redirected to http://" + plain.host() + "/v2/, which is not reached by https");
                assertThat(plain.asked).isEmpty();
            }
        }
    }
}
