package dev.polder.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which servers and clients do their work; several may share them.
 *
 * <p>The threads are ours and drive Netty's event loops by hand. Netty's own event loop group reports its end through the
 * JVM-wide {@code globalEventExecutor}, whose thread would outlive a {@code close()} by a second or more.
 */
public final class NetworkThreads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NetworkThreads.class);

    private static final int THREADS_MAX = 64;
    private static final long UNTIL_WOKEN = 0;
    private static final long CLOSE_TIMEOUT_MS = 3_000;

    private final String threadName;
    private final List<ManualIoEventLoop> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    private NetworkThreads(String threadName) {
        this.threadName = threadName;
    }

    /**
     * Starts daemon threads.
     *
     * @param threadName their names' beginning; a number is added
     * @param threads 1 to 64
     */
    public static NetworkThreads start(String threadName, int threads) {
        if (threads < 1 || threads > THREADS_MAX) {
            throw new IllegalArgumentException("threads: " + threads + " is not in 1.." + THREADS_MAX);
        }
        NetworkThreads started = new NetworkThreads(threadName);
        for (int i = 0; i < threads; i++) {
            started.startThread(threadName + "-" + i);
        }
        return started;
    }

    private void startThread(String name) {
        ManualIoEventLoop loop = new ManualIoEventLoop(null, NioIoHandler.newFactory());
        Thread thread = new FastThreadLocalThread(() -> drive(loop), name);
        thread.setDaemon(true);
        loop.setOwningThread(thread);
        loops.add(loop);
        threads.add(thread);
        thread.start();
    }

    private static void drive(ManualIoEventLoop loop) {
        while (!loop.isTerminated()) {
            try {
                loop.run(UNTIL_WOKEN);
            } catch (RuntimeException | Error e) {
                LOG.error("a network thread goes on after an error", e);
            }
        }
    }

    /** The event loop for the next connection; they take turns. */
    EventLoop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /**
     * Runs a task on a loop, from another thread; false, and the task never runs, once the loop has ended and its
     * connections with it. The loop's own {@code execute} may take a task then and forget it.
     */
    static boolean execute(EventLoop loop, Runnable task) {
        AtomicBoolean claimed = new AtomicBoolean();
        try {
            loop.execute(() -> {
                if (claimed.compareAndSet(false, true)) {
                    task.run();
                }
            });
        } catch (RejectedExecutionException e) {
            return false;
        }
        return !loop.isShutdown() || !claimed.compareAndSet(false, true);
    }

    /** Runs a task on a loop after a while, unless the loop has ended by then. */
    static void executeLater(EventExecutor loop, long delayMs, Runnable task) {
        if (!loop.isShuttingDown()) {
            Future<?> unused = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Waits until all is done or the time is over; not at all on one of these threads, where it would never end. */
    void awaitAll(List<ChannelFuture> futures, long timeoutMs) {
        if (threads.contains(Thread.currentThread())) {
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        for (ChannelFuture future : futures) {
            future.awaitUninterruptibly(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    /** Ends the threads, and with them all connections that are left; bounded in time, idempotent. */
    @Override
    public void close() {
        for (ManualIoEventLoop loop : loops) {
            Future<?> unused = loop.shutdownGracefully(0, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        }
        if (threads.contains(Thread.currentThread())) {
            return; // ends with this call; one cannot wait for oneself
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_TIMEOUT_MS);
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            try {
                thread.join(Math.max(1, left));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "NetworkThreads[" + threadName + ", " + loops.size() + "]";
    }
}
