package dev.polder.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much is measured: everything, or just enough to see that it works.
 *
 * @param divisor clusters have so many times fewer agents, frameworks and roles
 * @param warmUpsMin how often a thing is done before it counts, at least
 * @param warmUpMsMin how long it is done before it counts, at least, in milliseconds
 * @param repetitions how often it counts
 */
record Effort(int divisor, int warmUpsMin, long warmUpMsMin, int repetitions) {
    static final Effort FULL = new Effort(1, 10, 1_000, 10);
    static final Effort QUICK = new Effort(100, 0, 0, 1);

    ClusterSize size(int agents, int frameworks, int roles) {
        return new ClusterSize(divided(agents), divided(frameworks), divided(roles));
    }

    /** Returns the number, as much smaller as clusters are, but never 0. */
    int divided(int number) {
        return Math.max(1, number / divisor);
    }

    /**
     * Does something that measures itself until it is warm, then so that it counts; returns the median of
     * that.
     */
    double median(LongSupplier measured) {
        long warmFrom = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(warmUpMsMin);
        for (int i = 0; i < warmUpsMin || System.nanoTime() < warmFrom; i++) {
            long unused = measured.getAsLong();
        }
        long[] sorted = new long[repetitions];
        for (int i = 0; i < repetitions; i++) {
            sorted[i] = measured.getAsLong();
        }
        Arrays.sort(sorted);
        return (sorted[(repetitions - 1) / 2] + sorted[repetitions / 2]) / 2.0;
    }
}
