package dev.polder.benchmarks;

import java.util.List;

/**
 * What a load of calls came to.
 *
 * @param calls how many were answered while it lasted
 * @param nanos how long it lasted
 * @param p50Nanos half of them were answered within that time
 * @param p99Nanos all but one in a hundred were answered within that time
 */
record LoadResult(long calls, long nanos, long p50Nanos, long p99Nanos) {
    double perSecond() {
        return calls / (nanos / 1e9);
    }

    double p50Ms() {
        return p50Nanos / 1e6;
    }

    double p99Ms() {
        return p99Nanos / 1e6;
    }

    String line() {
        return calls + " " + nanos + " " + p50Nanos + " " + p99Nanos;
    }

    /** Reads what {@link #line()} has written. */
    static LoadResult parse(String line) {
        List<Long> numbers =
                List.of(line.split(" ", -1)).stream().map(Long::valueOf).toList();
        return new LoadResult(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3));
    }
}
