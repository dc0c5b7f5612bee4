package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ImageStoreTest {
    private static final byte[] BASE = new TestLayer().file("base", "b").tar();

    @TempDir
    Path base;

    private final TestImage one = TestImage.ofTars(
            "{}", List.of(BASE, new TestLayer().file("one", "1").tar()));
    private final TestImage two = TestImage.ofTars(
            "{}", List.of(BASE, new TestLayer().file("two", "2").tar()));
    private TestRegistry registry;
    private RegistryClient client;
    private ImageStore store;

    @BeforeEach
    void open() throws IOException {
        registry = new TestRegistry().with("1", one).with("2", two);
        client = RegistryClient.open(RegistrySettings.defaults());
        store = ImageStore.open(settings());
    }

    private StoreSettings settings() {
        return StoreSettings.of(base.resolve("store"), client).withBackend(Backend.COPY);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        client.close();
        registry.close();
    }

    private static ContainerId newId() {
        return new ContainerId(UUID.randomUUID());
    }

    private ImageReference reference(String tag) {
        return registry.reference("x/y:" + tag);
    }

    private Image pull(ContainerId holder, String tag) throws IOException {
        return store.pull(PullRequest.of(holder, reference(tag)));
    }

    private List<String> layersHere() throws IOException {
        try (var layers = Files.list(base.resolve("store/layers/plain"))) {
            return layers.map(layer -> layer.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> names(Digest... diffIds) {
        return List.of(diffIds).stream().map(Digest::fileName).sorted().toList();
    }

    @Test
    void shouldFetchASharedLayerOnce() throws Exception {
        Image first = pull(newId(), "1");
        Image second = pull(newId(), "2");

        assertThat(second.layers().get(0)).isEqualTo(first.layers().get(0));
        assertThat(registry.count(one.layers.get(0).toString())).isEqualTo(1);
        assertThat(layersHere()).isEqualTo(names(one.diffIds.get(0), one.diffIds.get(1), two.diffIds.get(1)));
        assertThat(store.images()).containsExactlyInAnyOrder(reference("1"), reference("2"));
    }

    @Test
    void shouldAskNobodyForWhatIsHere() throws Exception {
        pull(newId(), "1");
        int before = registry.asked.size();

        pull(newId(), "1");

        assertThat(registry.asked).hasSize(before);
    }

    @Test
    void shouldAskAgainIfTheCachedImageWillNotDo() throws Exception {
        ContainerId old = newId();
        pull(old, "1");
        registry.with("1", two);

        Image cached = pull(newId(), "1");
        Image fresh = store.pull(PullRequest.of(newId(), reference("1")).withCached(false));

        assertThat(cached.manifest()).isEqualTo(one.digest());
        assertThat(fresh.manifest()).isEqualTo(two.digest());
        assertThat(pull(newId(), "1").manifest()).isEqualTo(two.digest());
        assertThat(registry.count(one.layers.get(0).toString())).isEqualTo(1);
    }

    @Test
    void shouldDownloadOnceForManyWhoWantItAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        registry.fault = exchange -> {
            awaitUninterruptibly(go);
            return false;
        };
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Image>> pulls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                pulls.add(threads.submit(() -> pull(newId(), "1")));
            }
            Awaitility.await().until(() -> registry.asked.size() == 1);
            go.countDown();
            for (Future<Image> pulled : pulls) {
                assertThat(pulled.get().manifest()).isEqualTo(one.digest());
            }
        } finally {
            go.countDown();
            threads.shutdownNow();
        }
        assertThat(registry.asked.stream().map(TestRegistry.Asked::path).filter(path -> path.contains("/blobs/")))
                .doesNotHaveDuplicates();
        assertThat(store.holders()).hasSize(8);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldLetAnotherGoOnIfTheOneThatPullsIsInterrupted() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        String layer = one.layers.get(0).toString();
        registry.fault = exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(layer)) {
                exchange.sendResponseHeaders(200, one.blobs.get(one.layers.get(0)).length);
                exchange.getResponseBody().write(one.blobs.get(one.layers.get(0)), 0, 1);
                exchange.getResponseBody().flush();
                awaitUninterruptibly(go);
                exchange.getResponseBody()
                        .write(one.blobs.get(one.layers.get(0)), 1, one.blobs.get(one.layers.get(0)).length - 1);
                return true;
            }
            return false;
        };
        ExecutorService threads = Executors.newSingleThreadExecutor();
        FutureTask<Image> second = new FutureTask<>(() -> pull(newId(), "1"));
        Thread waiting = new Thread(second, "waiting");
        try {
            Future<Image> first = threads.submit(() -> pull(newId(), "1"));
            Awaitility.await().until(() -> registry.count(layer) == 1);
            waiting.start();
            Awaitility.await().until(() -> waiting.getState() == Thread.State.WAITING);

            first.cancel(true);
            go.countDown();

            assertThat(second.get().manifest()).isEqualTo(one.digest());
        } finally {
            go.countDown();
            threads.shutdownNow();
            waiting.join();
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(base.resolve("store/tmp")).isEmptyDirectory());
    }

    @Test
    void shouldKeepWhatAContainerHoldsAndNothingElse() throws Exception {
        ContainerId holder = newId();
        ContainerId other = newId();
        pull(holder, "1");
        pull(other, "2");
        assertThat(store.prune(Set.of())).isZero();

        store.release(other);
        assertThat(store.prune(Set.of())).isEqualTo(1);

        assertThat(layersHere()).isEqualTo(names(one.diffIds.get(0), one.diffIds.get(1)));
        assertThat(store.images()).containsExactly(reference("1"));
        assertThat(store.holders()).containsExactly(holder);
        store.release(holder);
        assertThat(store.prune(Set.of())).isEqualTo(2);
        assertThat(base.resolve("store/blobs")).isEmptyDirectory();
        assertThat(base.resolve("store/tmp")).isEmptyDirectory();
        assertThat(pull(newId(), "1").layers()).allMatch(Files::isDirectory);
    }

    @Test
    void shouldKeepAnImageWhoseNameMeansAnotherNow() throws Exception {
        ContainerId holder = newId();
        Image held = pull(holder, "1");
        registry.with("1", two);
        store.pull(PullRequest.of(newId(), reference("1")).withCached(false));

        store.prune(Set.of());

        assertThat(held.layers()).allMatch(Files::isDirectory);
    }

    @Test
    void shouldKeepWhatIsExcluded() throws Exception {
        ContainerId holder = newId();
        pull(holder, "1");
        pull(holder, "2");
        store.release(holder);

        assertThat(store.prune(Set.of(reference("2")))).isEqualTo(1);
        assertThat(store.images()).containsExactly(reference("2"));
    }

    @Test
    void shouldCollectOnlyWhenTheDiskFills() throws Exception {
        ContainerId holder = newId();
        pull(holder, "1");
        store.release(holder);
        store.close();

        store = ImageStore.open(settings().withCollection(0, Set.of()));
        assertThat(store.collect()).isZero();
        store.close();
        store = ImageStore.open(settings().withCollection(1000, Set.of(reference("1"))));
        assertThat(store.collect()).isZero();
        store.close();
        store = ImageStore.open(settings().withCollection(1000, Set.of()));
        assertThat(store.collect()).isEqualTo(2);
    }

    @Test
    void shouldCollectWhenTheLayersAreLargerThanTheyMayBe() throws Exception {
        registry.with("large", TestImage.of(new TestLayer().file("a", "x".repeat(1_000))));
        registry.with("held", TestImage.of(new TestLayer().file("b", "y".repeat(500))));
        ContainerId holder = newId();
        pull(holder, "large");
        pull(newId(), "held");
        store.close();

        store = ImageStore.open(settings().withCollection(0, Set.of()).withBytesMax(1_499));
        assertThat(store.collect()).isZero();
        store.release(holder);
        store.close();
        store = ImageStore.open(settings().withCollection(0, Set.of()).withBytesMax(1_500));
        assertThat(store.collect()).isZero();
        store.close();
        store = ImageStore.open(settings().withCollection(0, Set.of()).withBytesMax(1_499));
        assertThat(store.collect()).isEqualTo(1);
        assertThat(store.images()).containsExactly(reference("held"));
    }

    @Test
    void shouldKnowWhatAContainerHolds() throws Exception {
        ContainerId holder = newId();
        Image pulled = pull(holder, "1");
        pull(newId(), "2");
        store.close();

        store = ImageStore.open(settings());

        assertThat(store.held(holder)).containsExactly(pulled);
        assertThat(store.held(newId())).isEmpty();
        store.release(holder);
        assertThat(store.held(holder)).isEmpty();
    }

    @Test
    void shouldFindWhatIsInUseWhenItIsOpenedAgain() throws Exception {
        ContainerId holder = newId();
        Image before = pull(holder, "1");
        store.close();

        store = ImageStore.open(settings());

        assertThat(store.holders()).containsExactly(holder);
        assertThat(store.prune(Set.of())).isZero();
        assertThat(pull(newId(), "1").layers()).isEqualTo(before.layers());
    }

    @Test
    void shouldThrowNothingAwayIfItCannotTellWhatIsInUse() throws Exception {
        pull(newId(), "1");
        Files.writeString(base.resolve("store/blobs").resolve(one.digest().fileName()), "rotten");

        assertThatThrownBy(() -> store.prune(Set.of())).hasMessageContaining("nothing is thrown away");

        assertThat(layersHere()).hasSize(2);
    }

    @Test
    void shouldFetchAgainWhatTheDiskHasChanged() throws Exception {
        pull(newId(), "1");
        Files.writeString(
                base.resolve("store/blobs").resolve(Digest.sha256(one.config).fileName()), "rotten");

        assertThat(pull(newId(), "1").manifest()).isEqualTo(one.digest());
    }

    @Test
    void shouldNotThrowAwayWhatAPullCountsOn() throws Exception {
        pull(newId(), "1");
        ContainerId first = store.holders().iterator().next();
        store.release(first);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        registry.fault = exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(two.layers.get(1).toString())) {
                asked.countDown();
                awaitUninterruptibly(go);
            }
            return false;
        };
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Image> pulled = threads.submit(() -> pull(newId(), "2"));
            asked.await();

            assertThat(store.prune(Set.of()))
                    .as("the layer of the first image alone")
                    .isEqualTo(1);
            go.countDown();

            assertThat(pulled.get().layers()).allMatch(Files::isDirectory);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } finally {
            go.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void shouldHaveItsDirectoryForItself() {
        assertThatThrownBy(() -> ImageStore.open(settings())).hasMessageContaining("is open in this process already");
    }

    @Test
    void shouldRefuseAStoreOfAnotherVersion() throws Exception {
        store.close();
        Files.writeString(base.resolve("store/version"), "polder-images 2\n");

        assertThatThrownBy(() -> ImageStore.open(settings()))
                .hasMessageContaining("says 'polder-images 2'; this Polder reads 'polder-images 1'");

        Files.writeString(base.resolve("store/version"), "polder-images 1\n");
    }

    @Test
    void shouldThrowAwayWhatWasNotWholeWhenItIsOpened() throws Exception {
        store.close();
        Files.createDirectories(base.resolve("store/tmp/half/layer/tree"));

        store = ImageStore.open(settings());

        assertThat(base.resolve("store/tmp")).isEmptyDirectory();
    }
}
