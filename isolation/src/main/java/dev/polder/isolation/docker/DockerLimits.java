package dev.polder.isolation.docker;

/**
 * What a container may use.
 *
 * @param cpuMillis thousandths of a CPU, at least 1: its share when CPUs are scarce
 * @param cpuQuota may it use no more even when CPUs idle?
 * @param memoryBytes at least 1; less than 32 MiB is taken as that, as Mesos does
 */
public record DockerLimits(long cpuMillis, boolean cpuQuota, long memoryBytes) {
    private static final long SHARES_OF_A_CPU = 1024;
    private static final long SHARES_MIN = 2;
    private static final long PERIOD_MICROS = 100_000;
    private static final long QUOTA_MICROS_MIN = 1000;
    private static final long MEMORY_BYTES_MIN = 32L << 20;
    private static final long MILLIS = 1000;

    /** Refuses nothing at all. */
    public DockerLimits {
        if (cpuMillis < 1 || memoryBytes < 1) {
            throw new IllegalArgumentException("limits of " + cpuMillis + " cpuMillis and " + memoryBytes + " bytes");
        }
    }

    void addTo(CreateRequest request) {
        request.putHost("CpuShares", Math.max(SHARES_MIN, Math.multiplyExact(cpuMillis, SHARES_OF_A_CPU) / MILLIS));
        if (cpuQuota) {
            request.putHost("CpuPeriod", PERIOD_MICROS);
            request.putHost(
                    "CpuQuota", Math.max(QUOTA_MICROS_MIN, Math.multiplyExact(cpuMillis, PERIOD_MICROS) / MILLIS));
        }
        long memory = Math.max(MEMORY_BYTES_MIN, memoryBytes);
        request.putHost("Memory", memory);
        // no swap beside it; a parameter may say otherwise
        request.putHost("MemorySwap", memory);
    }
}
