package dev.polder.raft.recipe;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The thread of a {@link RecipeHost} and of the sessions that were opened at it. Its queue has no bound of its own: it
 * holds what sessions may have waiting, committed entries up to the host's bound, and a few timers.
 */
final class HostLoop implements RecipeLoop {
    private final long startNanos = System.nanoTime();
    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> onFailure;
    private volatile Thread thread = Thread.currentThread();

    /** @param onFailure is told on the thread what a task threw */
    HostLoop(String name, Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread started = new Thread(task, name);
            started.setDaemon(true);
            thread = started;
            return started;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        boolean unused = executor.prestartCoreThread();
    }

    @Override
    public long nowMs() {
        return 1 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    @Override
    public boolean execute(Runnable task) {
        try {
            executor.execute(guarded(task));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public void schedule(long delayMs, Runnable task) {
        try {
            Object unused = executor.schedule(guarded(task), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The thread has ended; the interface says what happens to the task.
        }
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
            }
        };
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Runs what was handed over, but for what is to come later, and ends. Waits for that unless called on the thread. */
    void close(Duration timeout) throws InterruptedException {
        executor.shutdown();
        if (!isCurrent() && !executor.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            executor.shutdownNow();
        }
    }
}
