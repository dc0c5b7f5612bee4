package dev.polder.raft;

/**
 * How long something took since the start, in nanoseconds; each time is at most a 64th too long.
 *
 * @param count how often it happened; if never, all times are 0
 * @param p50Nanos the time within which half of them were done
 * @param p99Nanos the time within which 99 of 100 were done
 * @param p999Nanos the time within which 999 of 1,000 were done
 * @param maxNanos the longest
 */
public record LatencyPercentiles(long count, long p50Nanos, long p99Nanos, long p999Nanos, long maxNanos) {}
