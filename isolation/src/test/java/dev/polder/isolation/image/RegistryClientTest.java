package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.image.RegistryCredentials.Login;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a registry that does its worst. */
@Tag("slow")
class RegistryClientTest {
    private static final Duration STALL = Duration.ofMillis(300);

    @TempDir
    Path base;

    private TestRegistry registry;
    private final List<Duration> pauses = new ArrayList<>();
    private final TestImage image = TestImage.of(new TestLayer().file("a", noise(300_000), 0644));
    private RegistryClient client;
    private ImageStore store;

    @BeforeEach
    void open() throws IOException {
        registry = new TestRegistry().with("1", image);
        client = RegistryClient.open(RegistrySettings.defaults().withStallTimeout(STALL), pauses::add);
        store = ImageStore.open(StoreSettings.of(base.resolve("store"), client).withBackend(Backend.COPY));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        client.close();
        registry.close();
    }

    private static byte[] noise(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private PullRequest request() {
        return PullRequest.of(new ContainerId(UUID.randomUUID()), registry.reference("x/y:1"));
    }

    private byte[] layer() {
        return image.blobs.get(image.layers.get(0));
    }

    private void assertNothingIsLeft() throws IOException {
        assertThat(base.resolve("store/tmp")).isEmptyDirectory();
        assertThat(base.resolve("store/layers/plain")).isEmptyDirectory();
    }

    @Test
    void shouldPullAnImageAndSayHowItGetsOn() throws Exception {
        List<Long> heard = new ArrayList<>();

        Image pulled = store.pull(request().withProgress((blob, bytes, size) -> {
            assertThat(blob).isEqualTo(image.layers.get(0));
            assertThat(size).isEqualTo(layer().length);
            heard.add(bytes);
        }));

        assertThat(pulled.manifest()).isEqualTo(image.digest());
        assertThat(pulled.layers()).hasSize(1);
        assertThat(pulled.layers().get(0).resolve("a")).hasBinaryContent(noise(300_000));
        assertThat(heard).isSorted().last().isEqualTo((long) layer().length);
        assertThat(registry.asked.get(0).path()).isEqualTo("/v2/x/y/manifests/1");
        assertThat(base.resolve("store/tmp")).isEmptyDirectory();
    }

    @Test
    void shouldChooseTheImageOfThisHostFromAnIndex() throws Exception {
        TestImage other = TestImage.on(new Platform("plan9", "mips", ""), new TestLayer().file("b", "b"));
        registry.with("other", other)
                .with("2", TestImage.index(Map.of(new Platform("plan9", "mips", ""), other, TestImage.HERE, image)));

        Image pulled = store.pull(PullRequest.of(new ContainerId(UUID.randomUUID()), registry.reference("x/y:2")));

        assertThat(pulled.manifest()).isEqualTo(image.digest());
        assertThatThrownBy(() ->
                        store.pull(PullRequest.of(new ContainerId(UUID.randomUUID()), registry.reference("x/y:other"))))
                .hasMessageContaining("is for plan9/mips, not for " + TestImage.HERE);
    }

    @Test
    void shouldGoOnWhereABlobBroke() throws Exception {
        AtomicInteger cuts = new AtomicInteger();
        registry.fault = exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(image.layers.get(0).toString())
                    && cuts.incrementAndGet() < 4) {
                int from = cuts.get() == 1 ? 0 : (cuts.get() - 1) * 50_000;
                TestRegistry.cut(exchange, layer(), from, 50_000);
                return true;
            }
            return false;
        };

        Image pulled = store.pull(request());

        assertThat(pulled.layers().get(0).resolve("a")).hasBinaryContent(noise(300_000));
        assertThat(registry.asked.stream().map(TestRegistry.Asked::range).filter(range -> !range.isEmpty()))
                .containsExactly("bytes=50000-", "bytes=100000-", "bytes=150000-");
    }

    @Test
    void shouldBeginAgainIfTheRegistryCannotGoOn() throws Exception {
        AtomicInteger cuts = new AtomicInteger();
        registry.fault = exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(image.layers.get(0).toString())) {
                if (cuts.incrementAndGet() == 1) {
                    TestRegistry.cut(exchange, layer(), 0, 50_000);
                } else {
                    TestRegistry.send(exchange, 200, layer());
                }
                return true;
            }
            return false;
        };

        assertThat(store.pull(request()).layers().get(0).resolve("a")).hasBinaryContent(noise(300_000));
    }

    @Test
    void shouldGiveUpABlobThatNeverGetsFurther() throws Exception {
        registry.fault = blob(exchange -> TestRegistry.cut(exchange, layer(), 0, 0));

        assertThatThrownBy(() -> store.pull(request()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ends after 0 of " + layer().length + " bytes, after 6 connections");
        assertNothingIsLeft();
    }

    private TestRegistry.Fault blob(BlobFault fault) {
        return exchange -> {
            boolean isLayer = exchange.getRequestURI()
                    .getPath()
                    .endsWith(image.layers.get(0).toString());
            if (isLayer) {
                fault.answer(exchange);
            }
            return isLayer;
        };
    }

    private interface BlobFault {
        void answer(com.sun.net.httpserver.HttpExchange exchange) throws IOException;
    }

    @Test
    void shouldRefuseOtherBytesThanTheManifestNames() throws Exception {
        byte[] other = layer().clone();
        other[other.length / 2] ^= 1;
        registry.fault = blob(exchange -> TestRegistry.send(exchange, 200, other));

        assertThatThrownBy(() -> store.pull(request()))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(
                        "blob " + image.layers.get(0) + " has other bytes: theirs is " + Digest.sha256(other));
        assertNothingIsLeft();
    }

    @Test
    void shouldRefuseMoreBytesThanTheManifestSays() throws Exception {
        byte[] longer = java.util.Arrays.copyOf(layer(), layer().length + 1);
        registry.fault = blob(exchange -> TestRegistry.send(exchange, 200, longer));

        assertThatThrownBy(() -> store.pull(request()))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("longer than the " + layer().length + " bytes that its manifest says");
        assertNothingIsLeft();
    }

    @Test
    void shouldRefuseALayerThatIsTooLargeBeforeItIsFetched() throws Exception {
        try (ImageStore small = ImageStore.open(StoreSettings.of(base.resolve("small"), client)
                .withBackend(Backend.COPY)
                .withPackedBytesMax(1000))) {
            assertThatThrownBy(() -> small.pull(request())).hasMessageContaining("more than packedBytesMax=1000");
        }
        assertThat(registry.count("/blobs/")).isZero();
    }

    @Test
    void shouldWaitAsLongAsTheRegistryAsks() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        registry.fault = exchange -> {
            int nth = refusals.incrementAndGet();
            if (nth > 2) {
                return false;
            }
            exchange.getResponseHeaders().set("Retry-After", "7");
            TestRegistry.send(exchange, nth == 1 ? 429 : 503, new byte[0]);
            return true;
        };

        store.pull(request());

        assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(7));
    }

    @Test
    void shouldNotWaitForever() throws Exception {
        registry.fault = exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "3600");
            TestRegistry.send(exchange, 429, new byte[0]);
            return true;
        };
        assertThatThrownBy(() -> store.pull(request()))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("asks to wait for PT1H, longer than retryAfterMax=PT1M");

        registry.fault = exchange -> {
            TestRegistry.send(exchange, 500, "broken \u0007here".getBytes(StandardCharsets.UTF_8));
            return true;
        };
        assertThatThrownBy(() -> store.pull(request()))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("answers 500: broken here");
        assertThat(pauses).hasSize(4).isSorted();
    }

    @Test
    void shouldNotBeHeldUpByARegistryThatSaysNothingMore() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        registry.fault = blob(exchange -> {
            exchange.sendResponseHeaders(200, layer().length);
            exchange.getResponseBody().write(layer(), 0, 10);
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        try {
            assertThatThrownBy(() -> store.pull(request()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ends after 10 of");
        } finally {
            end.countDown();
        }
        assertNothingIsLeft();
    }

    @Test
    void shouldEndItsPullsWhenItIsClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        registry.fault = blob(exchange -> {
            asked.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        CompletableFuture<Image> pulled = CompletableFuture.supplyAsync(() -> {
            try {
                return store.pull(request());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        asked.await();

        client.close();

        assertThatThrownBy(pulled::join).hasRootCauseInstanceOf(IOException.class);
        end.countDown();
        assertNothingIsLeft();
    }

    @Test
    void shouldGetATokenAndUseItUntilItEnds() throws Exception {
        requireToken("letmein");

        store.pull(request().withCredentials(registry -> Optional.of(new Login("me", "pw"))));

        List<TestRegistry.Asked> tokens = registry.asked.stream()
                .filter(request -> request.path().startsWith("/token"))
                .toList();
        assertThat(tokens).hasSize(1);
        assertThat(tokens.get(0).path()).isEqualTo("/token?service=s+1&scope=repository%3Ax%2Fy%3Apull");
        assertThat(tokens.get(0).authorization()).isEqualTo(new Login("me", "pw").basic());
        assertThat(registry.asked.get(registry.asked.size() - 1).authorization())
                .isEqualTo("Bearer letmein");
    }

    private void requireToken(String token) {
        registry.fault = exchange -> {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/token")) {
                byte[] json = ("{\"token\":\"" + token + "\",\"expires_in\":300}").getBytes(StandardCharsets.UTF_8);
                TestRegistry.send(exchange, 200, json);
                return true;
            }
            if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders()
                        .set(
                                "WWW-Authenticate",
                                "Bearer realm=\"http://" + registry.host()
                                        + "/token\",service=\"s 1\",scope=\"repository:x/y:pull\"");
                TestRegistry.send(exchange, 401, new byte[0]);
                return true;
            }
            return false;
        };
    }

    @Test
    void shouldSayWhoWasRefused() throws Exception {
        registry.fault = exchange -> {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"r\"");
            TestRegistry.send(exchange, 401, new byte[0]);
            return true;
        };

        assertThatThrownBy(() -> store.pull(request())).hasMessageContaining("answers 401 to nobody");
        assertThatThrownBy(() ->
                        store.pull(request().withCredentials(registry -> Optional.of(new Login("me", "secret")))))
                .hasMessageContaining("answers 401 to user 'me'")
                .hasMessageNotContaining("secret");
        assertThat(registry.asked.get(registry.asked.size() - 1).authorization())
                .isEqualTo(new Login("me", "secret").basic());
    }

    @Test
    void shouldNotGiveAPasswordToATokenServiceWithoutTls() throws Exception {
        registry.fault = exchange -> {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"http://192.0.2.1/token\"");
            TestRegistry.send(exchange, 401, new byte[0]);
            return true;
        };

        assertThatThrownBy(() -> store.pull(request()))
                .hasMessageContaining("token service 'http://192.0.2.1/token' is not reached by https");
    }

    @Test
    void shouldFollowABlobElsewhereWithoutSayingWhoItIs() throws Exception {
        requireToken("letmein");
        TestRegistry.Fault tokens = registry.fault;
        try (TestRegistry elsewhere = new TestRegistry()) {
            elsewhere.withBlob(image.layers.get(0), layer());
            registry.fault = exchange -> {
                if (tokens.answers(exchange)) {
                    return true;
                }
                if (exchange.getRequestURI()
                        .getPath()
                        .endsWith(image.layers.get(0).toString())) {
                    TestRegistry.redirect(exchange, "http://" + elsewhere.host() + "/cdn/" + image.layers.get(0));
                    return true;
                }
                return false;
            };

            store.pull(request());

            assertThat(elsewhere.asked).hasSize(1);
            assertThat(elsewhere.asked.get(0).authorization()).isEmpty();
        }
    }

    @Test
    void shouldNotFollowToWhereThereIsNoTls() throws Exception {
        registry.fault = blob(exchange -> TestRegistry.redirect(exchange, "http://192.0.2.1/blob"));
        assertThatThrownBy(() -> store.pull(request())).hasMessageContaining("redirected to http://192.0.2.1/blob");

        registry.fault = blob(exchange -> TestRegistry.redirect(exchange, "file:///etc/passwd"));
        assertThatThrownBy(() -> store.pull(request())).hasMessageContaining("redirected to file:///etc/passwd");

        registry.fault = blob(exchange -> TestRegistry.redirect(exchange, "/v2/x/y/blobs/" + image.layers.get(0)));
        assertThatThrownBy(() -> store.pull(request())).hasMessageContaining("redirected more than REDIRECTS_MAX=5");
    }

    @Test
    void shouldRefuseAManifestThatIsNotTheOneOfTheDigest() throws Exception {
        registry.with(image.digest().toString(), TestImage.of(new TestLayer().file("b", "b")).manifest);

        assertThatThrownBy(() -> store.pull(PullRequest.of(
                        new ContainerId(UUID.randomUUID()), registry.reference("x/y@" + image.digest()))))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("manifest " + image.digest() + " has other bytes");
    }

    @Test
    void shouldRefuseAManifestWithoutEnd() throws Exception {
        registry.with("1", new byte[Manifest.BYTES_MAX + 1]);

        assertThatThrownBy(() -> store.pull(request()))
                .hasMessageContaining("more than " + Manifest.BYTES_MAX + " bytes");
    }

    @Test
    void shouldSpeakTlsUnlessItIsToldNotTo() {
        assertThat(RegistrySettings.defaults().isPlain("127.0.0.1:5000")).isTrue();
        assertThat(RegistrySettings.defaults().isPlain("localhost")).isTrue();
        assertThat(RegistrySettings.defaults().isPlain("[::1]:5000")).isTrue();
        assertThat(RegistrySettings.defaults().isPlain("127.0.0.1.example:5000"))
                .isFalse();
        assertThat(RegistrySettings.defaults().isPlain("h:5000")).isFalse();
        assertThat(RegistrySettings.defaults().withPlain(Set.of("h:5000")).isPlain("h:5000"))
                .isTrue();
    }

    @Test
    void shouldSayWhichRegistryIsNotThere() throws Exception {
        String host = registry.host();
        registry.close();

        assertThatThrownBy(() -> store.pull(request()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("http://" + host + "/v2/x/y/manifests/1 was not reached in 5 attempts");
        assertThat(pauses).hasSize(4);
    }

    @Test
    void shouldHaveNoThreadsOfItsOwn() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();

        store.pull(request());

        Stream<String> made = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.startsWith("pool-") && !name.startsWith("process reaper"));
        // the JDK has one for all connections of the JVM that are kept open for a while
        assertThat(made.filter(name -> !name.equals("Keep-Alive-Timer"))).isEmpty();
        assertThat(Files.exists(base)).isTrue();
    }
}
