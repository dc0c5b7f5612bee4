package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackgroundThreadTest {
    private static final String NAME = "background-thread-test";

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Background background = new BackgroundThread(NAME, new FailStop() {
        @Override
        public void stop(Throwable cause) {
            failure.set(cause);
        }

        @Override
        public boolean stopping() {
            return failed();
        }

        @Override
        public boolean failed() {
            return failure.get() != null;
        }
    });

    private void untilInterrupted() {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
    }

    @Test
    void shouldDoOneThingAfterTheOtherOnAThreadOfItsOwn() throws Exception {
        List<String> done = new CopyOnWriteArrayList<>();
        CountDownLatch last = new CountDownLatch(1);
        try (background) {
            background.execute(() -> done.add("1 on " + Thread.currentThread().getName()));
            background.execute(
                    () -> done.add("2 daemon " + Thread.currentThread().isDaemon()));
            background.execute(last::countDown);
            last.await();
        }
        assertThat(done).containsExactly("1 on " + NAME, "2 daemon true");
    }

    @Test
    void shouldTellWhatATaskThrowsAndGoOn() throws Exception {
        CountDownLatch next = new CountDownLatch(1);
        try (background) {
            background.execute(() -> {
                throw new IllegalStateException("planted");
            });
            background.execute(next::countDown);
            next.await();
        }
        assertThat(failure.get()).hasMessage("planted");
    }

    @Test
    void shouldEndWhatRunsAndDropWhatWaits() throws Exception {
        AtomicReference<@Nullable String> dropped = new AtomicReference<>();
        background.execute(this::untilInterrupted);
        background.execute(() -> dropped.set("done all the same"));
        begun.await();

        background.close();
        background.close();
        background.execute(() -> dropped.set("done after the end"));

        interrupted.await();
        assertThat(dropped.get()).isNull();
        // its work is over before the thread is
        RecordingListener.await(() -> Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .noneMatch(NAME::equals));
    }

    @Test
    void shouldRefuseMoreThanMayWait() throws Exception {
        try (background) {
            background.execute(this::untilInterrupted);
            begun.await();
            for (int i = 0; i < Background.TASKS_MAX; i++) {
                background.execute(() -> {});
            }
            assertThatThrownBy(() -> background.execute(() -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(NAME + ": 64 tasks wait, tasksMax=64");
        }
    }
}
