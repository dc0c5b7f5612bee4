package dev.polder.api;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on a thread of their own. Its queue holds one entry for each open stream and link and one for each link that
 * waits for the master, so the server's limit on connections bounds it.
 */
final class TimerThread implements Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);

    private final ScheduledThreadPoolExecutor executor;

    TimerThread(String threadName) {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long nowMs() {
        return NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public void after(long delayMs, Runnable task) {
        try {
            var unused = executor.schedule(guarded(task), delayMs, MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("timer after close dropped");
        }
    }

    @Override
    public Runnable every(long periodMs, Runnable task) {
        try {
            ScheduledFuture<?> repeated =
                    executor.scheduleWithFixedDelay(guarded(task), periodMs, periodMs, MILLISECONDS);
            return () -> repeated.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.debug("timer after close dropped");
            return () -> {};
        }
    }

    /** A failure must not end a repetition silently. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("timer failed", e);
            }
        };
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
