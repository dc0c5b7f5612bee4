package dev.polder.isolation.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.is;

import dev.polder.isolation.fetch.FetchCache.Source;
import dev.polder.isolation.fetch.FetchCache.Use;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FetchCacheTest {
    private static final int BLOCK = 4096;

    @TempDir
    Path directory;

    private final AtomicInteger received = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private FetchCache cache;

    @BeforeEach
    void open() {
        cache = new FetchCache(directory, 3 * BLOCK);
    }

    @AfterEach
    void close() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(cache.keptBytes()).isLessThanOrEqualTo(3 * BLOCK);
        assertThat(directory.toFile().list()).hasSize((int) (cache.keptBytes() / BLOCK));
    }

    private static FetchCache.Key key(String uri) {
        return new FetchCache.Key("user", uri);
    }

    private Source blocks(int count) {
        return file -> {
            received.incrementAndGet();
            Files.write(file, new byte[count * BLOCK]);
        };
    }

    private void use(String uri) throws IOException {
        cache.use(key(uri), blocks(1)).close();
    }

    /** Waits until so many threads want what is being received. */
    private static void awaitWaiting(List<Thread> waiting) {
        Awaitility.await().until(() -> waiting.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
    }

    @Test
    void shouldReceiveOnceForManyAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Source slow = file -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            blocks(1).receive(file);
        };
        List<Thread> wanting = new ArrayList<>();
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            FutureTask<Long> task = new FutureTask<>(() -> {
                try (Use use = cache.use(key("a"), slow)) {
                    return Files.size(use.file());
                }
            });
            Thread thread = new Thread(task);
            thread.start();
            wanting.add(thread);
            results.add(task);
        }
        awaitWaiting(wanting);

        go.countDown();

        for (Future<?> result : results) {
            assertThat(result.get()).isEqualTo((long) BLOCK);
        }
        assertThat(received).hasValue(1);
        use("a");
        assertThat(received).hasValue(1);
    }

    @Test
    void shouldKeepUsersApart() throws IOException {
        cache.use(new FetchCache.Key("one", "a"), blocks(1)).close();
        cache.use(new FetchCache.Key("two", "a"), blocks(1)).close();

        assertThat(received).hasValue(2);
    }

    @Test
    void shouldEvictWhatWasUsedLongestAgo() throws IOException {
        use("a");
        use("b");
        use("c");
        use("a");

        use("d");

        use("a");
        use("c");
        assertThat(received).hasValue(4);
        use("b");
        assertThat(received).hasValue(5);
    }

    @Test
    void shouldNotEvictWhatIsUsed() throws IOException {
        try (Use held = cache.use(key("a"), blocks(1))) {
            use("b");
            use("c");
            use("d");
            use("e");

            assertThat(held.file()).hasSize(BLOCK);
            use("a");
            assertThat(received).hasValue(5);
        }
    }

    @Test
    void shouldGiveWhatDoesNotFitAndKeepItNoLongerThanItsUse() throws IOException {
        use("a");
        Path file;
        try (Use large = cache.use(key("large"), blocks(4))) {
            file = large.file();
            assertThat(file).hasSize(4 * BLOCK);
        }

        assertThat(file).doesNotExist();
        use("a");
        assertThat(received).as("nothing was evicted in vain").hasValue(2);
        cache.use(key("large"), blocks(4)).close();
        assertThat(received).hasValue(3);
    }

    @Test
    void shouldCountEmptyFiles() throws IOException {
        for (int i = 0; i < 10; i++) {
            cache.use(key("empty" + i), blocks(0)).close();
        }

        assertThat(cache.keptBytes()).isEqualTo(3 * BLOCK);
    }

    @Test
    void shouldForgetAFailureAndWhatCameOfIt() throws IOException {
        assertThatThrownBy(() -> cache.use(key("a"), file -> {
                    Files.write(file, new byte[10]);
                    throw new FetchException("no");
                }))
                .hasMessage("no");
        assertThat(directory).isEmptyDirectory();

        use("a");

        assertThat(received).hasValue(1);
    }

    @Test
    void shouldShareAFailure() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Source failing = file -> {
            received.incrementAndGet();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            throw new FetchException("no");
        };
        Future<Use> first = threads.submit(() -> cache.use(key("a"), failing));
        Awaitility.await().untilAtomic(received, is(1));
        Thread[] waiting = new Thread[1];
        Future<Use> second = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            return cache.use(key("a"), failing);
        });
        Awaitility.await().until(() -> waiting[0] != null);
        awaitWaiting(List.of(waiting[0]));

        go.countDown();

        for (Future<Use> each : List.of(first, second)) {
            assertThatThrownBy(each::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(FetchException.class)
                    .hasMessage("no");
        }
        assertThat(received).hasValue(1);
    }

    @Test
    void shouldGoOnWithAnotherThreadWhenOneIsInterrupted() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Source interrupted = file -> {
            received.incrementAndGet();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        };
        Future<Use> first = threads.submit(() -> cache.use(key("a"), interrupted));
        Awaitility.await().untilAtomic(received, is(1));
        Thread[] waiting = new Thread[1];
        Future<Long> second = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            try (Use use = cache.use(key("a"), blocks(1))) {
                return Files.size(use.file());
            }
        });
        Awaitility.await().until(() -> waiting[0] != null);
        awaitWaiting(List.of(waiting[0]));

        first.cancel(true);

        assertThat(second.get()).isEqualTo(BLOCK);
    }

    @Test
    void shouldLetNobodyElseHaveWhatIsDropped() throws IOException {
        try (Use use = cache.use(key("a"), blocks(1))) {
            use.drop();
            assertThat(use.file()).exists();
        }
        assertThat(directory).isEmptyDirectory();

        use("a");

        assertThat(received).hasValue(2);
    }
}
