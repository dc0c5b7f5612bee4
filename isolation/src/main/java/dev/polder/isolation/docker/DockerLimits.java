package dev.polder.isolation.docker;

import java.util.OptionalLong;

/**
 * What a container may use.
 *
 * @param cpuMillis thousandths of a CPU, at least 1: its share when CPUs are scarce
 * @param cpuMillisMax what it may use at most even when CPUs idle; empty for no such limit
 * @param memoryBytes what it keeps when memory is scarce, at least 1; less than 32 MiB is taken as that, as Mesos does
 * @param memoryBytesMax what it may use at most, not less than {@code memoryBytes}; empty for no such limit
 */
public record DockerLimits(long cpuMillis, OptionalLong cpuMillisMax, long memoryBytes, OptionalLong memoryBytesMax) {
    private static final long SHARES_OF_A_CPU = 1024;
    private static final long SHARES_MIN = 2;
    private static final long PERIOD_MICROS = 100_000;
    private static final long QUOTA_MICROS_MIN = 1000;
    private static final long MEMORY_BYTES_MIN = 32L << 20;
    private static final long MILLIS = 1000;

    /** Refuses nothing at all, and limits below what it has. */
    public DockerLimits {
        if (cpuMillis < 1 || memoryBytes < 1) {
            throw new IllegalArgumentException("limits of " + cpuMillis + " cpuMillis and " + memoryBytes + " bytes");
        }
        if (cpuMillisMax.orElse(cpuMillis) < cpuMillis || memoryBytesMax.orElse(memoryBytes) < memoryBytes) {
            throw new IllegalArgumentException("limits of " + cpuMillisMax + " cpuMillis and " + memoryBytesMax
                    + " bytes are below " + cpuMillis + " and " + memoryBytes);
        }
    }

    /** A share of the CPUs and no limit of them; so much memory and no more. */
    public static DockerLimits of(long cpuMillis, long memoryBytes) {
        return new DockerLimits(cpuMillis, OptionalLong.empty(), memoryBytes, OptionalLong.of(memoryBytes));
    }

    /** Returns these with a limit of CPUs. */
    public DockerLimits withCpuMillisMax(long max) {
        return new DockerLimits(cpuMillis, OptionalLong.of(max), memoryBytes, memoryBytesMax);
    }

    void addTo(CreateRequest request) {
        request.putHost("CpuShares", Math.max(SHARES_MIN, Math.multiplyExact(cpuMillis, SHARES_OF_A_CPU) / MILLIS));
        cpuMillisMax.ifPresent(max -> {
            request.putHost("CpuPeriod", PERIOD_MICROS);
            request.putHost("CpuQuota", Math.max(QUOTA_MICROS_MIN, Math.multiplyExact(max, PERIOD_MICROS) / MILLIS));
        });
        long kept = Math.max(MEMORY_BYTES_MIN, memoryBytes);
        if (memoryBytesMax.isEmpty()) {
            request.putHost("MemoryReservation", kept);
            return;
        }
        long memory = Math.max(MEMORY_BYTES_MIN, memoryBytesMax.getAsLong());
        request.putHost("Memory", memory);
        // no swap beside it; a parameter may say otherwise
        request.putHost("MemorySwap", memory);
        if (kept < memory) {
            request.putHost("MemoryReservation", kept);
        }
    }
}
