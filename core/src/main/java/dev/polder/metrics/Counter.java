package dev.polder.metrics;

import java.util.concurrent.atomic.LongAdder;

/** A number that only grows. Thread-safe and cheap under contention. */
public final class Counter {
    private final LongAdder sum = new LongAdder();

    Counter() {}

    /** Counts one. */
    public void increment() {
        sum.increment();
    }

    /** Counts several at once; not negative. */
    public void add(long many) {
        if (many < 0) {
            throw new IllegalArgumentException("a counter never falls: add(" + many + "), must be at least 0");
        }
        sum.add(many);
    }

    /** Returns how many were counted; concurrent counting may or may not be in it. */
    public long value() {
        return sum.sum();
    }
}
