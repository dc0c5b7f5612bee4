package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RaftThreadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final RaftThread thread = new RaftThread("test-raft", failures::add);

    @AfterEach
    void close() {
        thread.close();
    }

    private static void fail() {
        throw new IllegalStateException("cannot");
    }

    @Test
    void shouldReportWhatATaskThrows() throws Exception {
        thread.execute(RaftThreadTest::fail);

        assertThat(failures.poll(10, TimeUnit.SECONDS)).hasMessage("cannot");
    }

    @Test
    void shouldReportWhatATimerThrows() throws Exception {
        thread.schedule(Duration.ofMillis(1), RaftThreadTest::fail);
        assertThat(failures.poll(10, TimeUnit.SECONDS)).hasMessage("cannot");

        thread.schedule(Duration.ofMillis(1), Duration.ofMillis(1), RaftThreadTest::fail);
        assertThat(failures.poll(10, TimeUnit.SECONDS)).hasMessage("cannot");
        assertThat(failures.poll(10, TimeUnit.SECONDS))
                .as("nobody cancelled it")
                .hasMessage("cannot");
    }

    @Test
    void shouldSkipWhatHasNotBegunAndRunOneLastTask() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        thread.execute(() -> {
            begun.countDown();
            await(release);
            ran.add("begun");
        });
        thread.execute(() -> ran.add("waiting"));
        begun.await();
        thread.end(() -> ran.add("last"));
        thread.end(() -> ran.add("a second last"));
        thread.execute(() -> ran.add("late"));
        release.countDown();

        assertThat(thread.awaitEnd(PATIENCE)).isTrue();
        assertThat(ran).containsExactly("begun", "last");
        thread.execute(() -> ran.add("too late"));
        assertThat(failures).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Test
    void shouldEndWhenItsLastTaskThrows() throws Exception {
        thread.end(RaftThreadTest::fail);

        assertThat(thread.awaitEnd(PATIENCE)).isTrue();
    }

    /** A long piece of work that puts itself into the queue again must not keep a leader's heartbeats waiting. */
    @Test
    void shouldLetTimersThroughWhileATaskPutsItselfIntoTheQueueAgainAndAgain() throws Exception {
        CountDownLatch fired = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        Runnable[] again = new Runnable[1];
        again[0] = () -> {
            if (!over.get()) {
                thread.execute(again[0]);
            }
        };
        thread.execute(again[0]);
        thread.schedule(Duration.ofMillis(1), fired::countDown);

        try {
            assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            over.set(true);
        }
    }
}
