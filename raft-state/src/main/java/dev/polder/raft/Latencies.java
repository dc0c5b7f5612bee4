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

    private final AtomicLongArray counts = new AtomicLongArray(classOf(Long.MAX_VALUE) + 1);

    /** @param nanos at least 0; less counts as 0 */
    void add(long nanos) {
        int at = classOf(Math.max(0, nanos));
        counts.lazySet(at, counts.getPlain(at) + 1);
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

    LatencyPercentiles percentiles() {
        long[] read = new long[counts.length()];
        long total = 0;
        for (int i = 0; i < read.length; i++) {
            read[i] = counts.get(i);
            total += read[i];
        }
        return new LatencyPercentiles(
                total, at(read, total, 0.5), at(read, total, 0.99), at(read, total, 0.999), at(read, total, 1));
    }

    private static long at(long[] read, long total, double part) {
        long rank = (long) Math.ceil(total * part);
        long below = 0;
        for (int i = 0; i < read.length; i++) {
            below += read[i];
            if (below >= rank && below > 0) {
                return largestOf(i);
            }
        }
        return 0;
    }
}
