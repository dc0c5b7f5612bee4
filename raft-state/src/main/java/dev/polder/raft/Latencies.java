package dev.polder.raft;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long something took, each time since the start. One thread adds, any may read meanwhile.
 *
 * <p>Counted in classes of which each power of two has 64, so a class is at most a 64th of its value wide.
 */
final class Latencies {
    private static final int CLASS_BITS = 6;
    private static final int CLASSES = 1 << CLASS_BITS;
    private static final LatencyPercentiles NONE = new LatencyPercentiles(0, 0, 0, 0, 0);

    private final AtomicLongArray counts = new AtomicLongArray(classOf(Long.MAX_VALUE) + 1);
    /** The highest class that was counted. */
    private volatile int highest = -1;

    /** @param nanos at least 0; less counts as 0 */
    void add(long nanos) {
        int at = classOf(Math.max(0, nanos));
        counts.lazySet(at, counts.getPlain(at) + 1);
        if (at > highest) {
            highest = at;
        }
    }

    private static int classOf(long nanos) {
        if (nanos < CLASSES) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - CLASS_BITS;
        return (shift << CLASS_BITS) + (int) (nanos >>> shift);
    }

    /** Returns the largest value of a class. */
    private static long largestOf(int at) {
        if (at < 2 * CLASSES) {
            return at;
        }
        int shift = (at >> CLASS_BITS) - 1;
        long first = (long) (CLASSES + (at & (CLASSES - 1))) << shift;
        return first + (1L << shift) - 1;
    }

    /**
     * Returns what there is now; of what is added meanwhile some may count. Allocates nothing but the result: members look
     * ten times a second.
     */
    LatencyPercentiles percentiles() {
        int top = highest;
        if (top < 0) {
            return NONE;
        }
        long total = 0;
        for (int i = 0; i <= top; i++) {
            total += counts.get(i);
        }
        return new LatencyPercentiles(total, at(total, 0.5), at(total, 0.99), at(total, 0.999), largestOf(top));
    }

    private long at(long total, double part) {
        long rank = (long) Math.ceil(total * part);
        long below = 0;
        int at = -1;
        // the counts only grow, so this ends
        while (below < rank) {
            at++;
            below += counts.get(at);
        }
        return largestOf(at);
    }
}
