package dev.polder.raft;

import io.atomix.utils.concurrent.AbstractThreadContext;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a member's log, with its timers. What a task throws stops the member: an executor would cancel a
 * timer that threw, silently, and a leader without its heartbeat timer is worse than none.
 *
 * <p>Its queue has no bound of its own: it holds one wake-up of the {@link Proposer}, a few timers, and a task for each
 * call of {@link ReplicatedLog#stepDown}, which whoever leads makes once a term. When the thread has ended, whatever is
 * handed to it is dropped.
 */
final class RaftThread extends AbstractThreadContext {
    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> onFailure;
    private final AtomicBoolean ending = new AtomicBoolean();
    private volatile @Nullable Thread thread;

    RaftThread(String name, Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            thread = created;
            return created;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            // The thread has ended; the class comment says what happens to the task.
        }
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        Future<?> scheduled = executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public Scheduled schedule(Duration delay, Duration interval, Runnable task) {
        Future<?> scheduled =
                executor.scheduleAtFixedRate(guarded(task), delay.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            if (ending.get()) {
                return;
            }
            try {
                task.run();
            } catch (Throwable e) {
                onFailure.accept(e);
            }
        };
    }

    @Override
    public boolean isCurrentContext() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void checkThread() {
        if (!isCurrentContext()) {
            throw new IllegalStateException("this belongs to the log's own thread, not to "
                    + Thread.currentThread().getName());
        }
    }

    /** Skips every task that has not begun, runs this one as the last, and ends. Only the first call counts. */
    void end(Runnable last) {
        if (ending.compareAndSet(false, true)) {
            executor.execute(() -> {
                try {
                    last.run();
                } finally {
                    executor.shutdown();
                }
            });
        }
    }

    /** Interrupts what runs; the tasks after it are not affected. */
    void interrupt() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Ends without a last task, interrupting what runs. */
    @Override
    public void close() {
        ending.set(true);
        executor.shutdownNow();
    }

    /** Waits until the thread is gone. Returns whether it is. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        if (!executor.awaitTermination(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        Thread ended = thread;
        if (ended != null) {
            ended.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            return !ended.isAlive();
        }
        return true;
    }
}
