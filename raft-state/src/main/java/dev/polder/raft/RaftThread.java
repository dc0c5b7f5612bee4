package dev.polder.raft;

import io.atomix.utils.concurrent.AbstractThreadContext;
import io.atomix.utils.concurrent.Scheduled;
import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The one thread of a member's log: its timers, its disk and its connections. (A {@link LeaderLocator}, which has no
 * disk, has one too.) What a task throws stops the member: an
 * executor would cancel a timer that threw, silently, and a leader without its heartbeat timer is worse than none.
 *
 * <p>Connections live on the same thread because a hop between threads costs more than most of what is done here; a
 * force keeps them waiting, as it keeps whatever they would ask for.
 *
 * <p>Its queue has no bound of its own: it holds one wake-up of the {@link Proposer}, one continuation of the
 * {@link Applier}, a few timers, what Netty does for a connection, two tasks for each client's connection, and a task for
 * each call of {@link ReplicatedLog#stepDown}, which whoever leads makes once a term. When the thread has ended, whatever is handed to
 * it is dropped.
 */
final class RaftThread extends AbstractThreadContext {
    private static final long UNTIL_WOKEN = 0;
    /** After so long of tasks, timers and connections have their turn: what puts itself into the queue again is not before them. */
    private static final long TASKS_NANOS_MAX = 1_000_000;

    private static final long SHUTDOWN_MS_MAX = 1_000;

    private final ManualIoEventLoop loop = new ManualIoEventLoop(null, NioIoHandler.newFactory());
    private final Thread thread;
    private final Consumer<Throwable> onFailure;
    private final AtomicBoolean ending = new AtomicBoolean();

    RaftThread(String name, Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        thread = new FastThreadLocalThread(this::drive, name);
        thread.setDaemon(true);
        loop.setOwningThread(thread);
        thread.start();
    }

    private void drive() {
        while (!loop.isTerminated()) {
            try {
                loop.run(UNTIL_WOKEN, TASKS_NANOS_MAX);
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
            }
        }
    }

    /** Returns the loop that connections of this member are registered with. */
    EventLoop loop() {
        return loop;
    }

    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            // The thread has ended; the class comment says what happens to the task.
        }
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        if (loop.isShuttingDown()) {
            return () -> {};
        }
        Future<?> scheduled = loop.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public Scheduled schedule(Duration delay, Duration interval, Runnable task) {
        if (loop.isShuttingDown()) {
            return () -> {};
        }
        Future<?> scheduled =
                loop.scheduleAtFixedRate(guarded(task), delay.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
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
            loop.execute(() -> {
                try {
                    last.run();
                } finally {
                    shutDown();
                }
            });
        }
    }

    private void shutDown() {
        Future<?> unused = loop.shutdownGracefully(0, SHUTDOWN_MS_MAX, TimeUnit.MILLISECONDS);
    }

    /** Interrupts what runs; the tasks after it are not affected. */
    void interrupt() {
        thread.interrupt();
    }

    /** Ends without a last task, interrupting what runs. */
    @Override
    public void close() {
        ending.set(true);
        thread.interrupt();
        shutDown();
    }

    /** Waits until the thread is gone. Returns whether it is. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        thread.join(Math.max(1, timeout.toMillis()));
        return !thread.isAlive();
    }
}
