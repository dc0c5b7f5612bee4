package dev.polder.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A load: one thread starts calls, another one is told of each answer, and no more than so many are open at a time. For
 * one run.
 */
final class OpenCalls {
    /** Starts a call. */
    interface Call {
        /**
         * Does not wait for the answer.
         *
         * @return false if it has to be tried again after a moment
         * @throws IOException if this load is over
         */
        boolean start(long atNanos) throws IOException;
    }

    /** When to stop. */
    interface Limit {
        boolean isReached(long started, long elapsedNanos);

        static Limit millis(long millis) {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            return (started, elapsedNanos) -> elapsedNanos >= nanos;
        }

        static Limit calls(long calls) {
            return (started, elapsedNanos) -> started >= calls;
        }
    }

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** A latency of more than a minute counts as a minute. */
    private static final long LATENCY_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    private final int outstandingMax;
    /** Written by the thread that is told of the answers, as is the histogram. */
    private final AtomicLong answered = new AtomicLong();

    private final Histogram nanos = new Histogram(LATENCY_NANOS_MAX, 3);
    private volatile @Nullable Thread waiting;
    private volatile @Nullable String failure;

    OpenCalls(int outstandingMax) {
        this.outstandingMax = outstandingMax;
    }

    /** A call was answered. Called by one thread at a time. */
    void answered(long startedAtNanos) {
        nanos.recordValue(Math.min(LATENCY_NANOS_MAX, Math.max(0, System.nanoTime() - startedAtNanos)));
        answered.set(answered.get() + 1);
        wake();
    }

    /** No more answers come. Any thread may call. */
    void fail(String reason) {
        failure = reason;
        wake();
    }

    private void wake() {
        Thread thread = waiting;
        if (thread != null) {
            // once is enough for all that is answered until it runs
            waiting = null;
            LockSupport.unpark(thread);
        }
    }

    /**
     * Starts calls until the limit is reached, and waits for the last answers.
     *
     * @throws IOException if a call could not be started or was answered by a failure
     */
    LoadResult run(Limit limit, Call call) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        long started = 0;
        while (true) {
            awaitAnswers(started - outstandingMax + 1);
            long now = System.nanoTime();
            if (limit.isReached(started, now - begin)) {
                break;
            }
            if (call.start(now)) {
                started++;
            } else {
                LockSupport.parkNanos(PARK_NANOS);
            }
        }
        long calls = answered.get();
        long elapsed = System.nanoTime() - begin;
        awaitAnswers(started);
        return new LoadResult(calls, elapsed, nanos.getValueAtPercentile(50), nanos.getValueAtPercentile(99));
    }

    private void awaitAnswers(long count) throws IOException, InterruptedException {
        if (answered.get() >= count && failure == null) {
            return;
        }
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            waiting = Thread.currentThread();
            if (answered.get() >= count || failure != null) {
                break;
            }
            LockSupport.parkNanos(this, PARK_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (System.nanoTime() > giveUp) {
                throw new IOException("no answer for 30 s, " + answered.get() + " of " + count + " have come");
            }
        }
        waiting = null;
        if (failure != null) {
            throw new IOException(requireNonNull(failure));
        }
    }
}
