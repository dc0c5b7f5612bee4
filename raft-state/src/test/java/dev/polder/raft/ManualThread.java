package dev.polder.raft;

import io.atomix.utils.concurrent.AbstractThreadContext;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A log's thread that the test turns by hand; its timers never fire. */
final class ManualThread extends AbstractThreadContext {
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    /** Runs what waits, and what that makes wait. */
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    int waiting() {
        return tasks.size();
    }

    /** Puts a task before all that wait. */
    void runFirst(Runnable task) {
        tasks.addFirst(task);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        return () -> {};
    }

    @Override
    public Scheduled schedule(Duration delay, Duration interval, Runnable task) {
        return () -> {};
    }

    @Override
    public boolean isCurrentContext() {
        return true;
    }

    @Override
    public void checkThread() {}

    @Override
    public void close() {}
}
