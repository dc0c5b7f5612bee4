package dev.polder.framework;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop on a daemon thread of its own. What waits for it is bounded by those who hand over: calls and events. */
final class ThreadLoop implements EventLoop, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ThreadLoop.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final ScheduledThreadPoolExecutor executor;

    ThreadLoop(String threadName) {
        executor = new ScheduledThreadPoolExecutor(1, step -> {
            Thread thread = new Thread(step, threadName);
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public boolean execute(Runnable step) {
        try {
            executor.execute(guarded(step));
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    @Override
    public void schedule(Duration delay, Runnable step) {
        try {
            // a step reports what goes wrong in it; nothing is left for the future to tell
            ScheduledFuture<?> unused = executor.schedule(guarded(step), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            log.debug("step=dropped reason=closed");
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /** Ends the thread behind the steps that were handed over; waits for them, bounded in time. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("close=incomplete reason=a step does not return");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Runnable guarded(Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (RuntimeException | Error broken) {
                log.error("step=failed", broken);
                throw broken;
            }
        };
    }
}
