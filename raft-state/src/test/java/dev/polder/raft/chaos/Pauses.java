package dev.polder.raft.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When this process stood still, as far as a thread can see that wants to run every few milliseconds. A holder is told
 * that it may have lost what it holds "as far as this process is not paused".
 */
final class Pauses implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Below what a session looks ahead when it decides whether it is sure. */
    private static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);

    /** What is to be done after a pause before anything is told. */
    private static final long AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final List<long[]> pauses = new ArrayList<>();
    private final Thread thread = new Thread(this::watch, "pauses");
    private volatile boolean closed;

    private Pauses() {}

    /** Watches until it is closed. */
    static Pauses watched() {
        Pauses pauses = new Pauses();
        pauses.thread.setDaemon(true);
        pauses.thread.start();
        return pauses;
    }

    /** Returns pauses that are known: from and until, each. */
    static Pauses of(long... times) {
        Pauses pauses = new Pauses();
        for (int i = 0; i < times.length; i += 2) {
            pauses.add(times[i], times[i + 1]);
        }
        return pauses;
    }

    private void watch() {
        long before = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(PERIOD_NANOS);
            long now = System.nanoTime();
            if (now - before >= PAUSE_NANOS_MIN) {
                add(before, now);
            }
            before = now;
        }
    }

    private synchronized void add(long from, long until) {
        pauses.add(new long[] {from, until});
    }

    synchronized int count() {
        return pauses.size();
    }

    /**
     * Returns whether something that was due before {@code at}, as others see, was told only at {@code told} because this
     * process stood still.
     */
    synchronized boolean explain(long at, long told) {
        return pauses.stream().anyMatch(pause -> pause[0] <= at && pause[1] >= told - AFTER_NANOS);
    }

    @Override
    public void close() {
        closed = true;
    }
}
