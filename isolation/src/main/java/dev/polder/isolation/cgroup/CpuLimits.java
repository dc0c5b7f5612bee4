package dev.polder.isolation.cgroup;

import org.jspecify.annotations.Nullable;

/**
 * How much CPU time a container gets, in thousandths of a CPU.
 *
 * @param requestMillis what it gets when all want some: the share of each is in proportion to it; from 0
 * @param limitMillis what it gets at most, in each tenth of a second, even if CPUs are idle; from 1, null for no limit.
 *     Less than a hundredth of a CPU counts as one hundredth.
 * @param revocable true: a hundredth of the share, so that it gets little where others want CPU time
 */
public record CpuLimits(long requestMillis, @Nullable Long limitMillis, boolean revocable) {
    /** The most that can be asked for: more CPUs than a kernel can have. */
    public static final long MILLIS_MAX = 100_000_000;

    /** The kernel's own period, in microseconds. */
    static final long PERIOD_MICROS = 100_000;

    private static final long QUOTA_MICROS_MIN = 1_000;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public CpuLimits {
        Range.check("requestMillis", requestMillis, 0, MILLIS_MAX);
        if (limitMillis != null) {
            Range.check("limitMillis", limitMillis, 1, MILLIS_MAX);
        }
    }

    /** A share and no limit. */
    public static CpuLimits share(long requestMillis) {
        return new CpuLimits(requestMillis, null, false);
    }

    /** The kernel takes 2 to 262144, and 1024 for those that nobody has set. */
    long shares() {
        return Math.min(Math.max((revocable ? 10 : 1024) * requestMillis / 1000, 2), 262_144);
    }

    /**
     * The kernel takes 1 to 10000, and 100 for those that nobody has set. In proportion to the request, as only
     * containers are weighed against each other.
     */
    long weight() {
        return Math.min(Math.max((revocable ? 1 : 100) * requestMillis / 1000, 1), 10_000);
    }

    /** Returns the microseconds of a period that may be used, of all CPUs together; null for no limit. */
    @Nullable
    Long quotaMicros() {
        return limitMillis == null ? null : Math.max(limitMillis * PERIOD_MICROS / 1000, QUOTA_MICROS_MIN);
    }
}
