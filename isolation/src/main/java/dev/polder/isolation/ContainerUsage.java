package dev.polder.isolation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a container has used until one moment. What nobody here measures is absent.
 *
 * @param cpuTime of all its processes
 * @param throttling what its limit of CPU time did
 * @param memory of all its processes
 * @param processes how many there are
 * @param threads how many there are, in all processes
 * @param diskBytes of its sandbox, as blocks on the disk; when the sandbox was last looked at
 * @param blockDevices what it did with those that it has used since it was started
 */
public record ContainerUsage(
        Optional<CpuTime> cpuTime,
        Optional<Throttling> throttling,
        Optional<Memory> memory,
        OptionalLong processes,
        OptionalLong threads,
        OptionalLong diskBytes,
        List<BlockDevice> blockDevices) {
    /** Nothing was measured. */
    public static final ContainerUsage NONE = new ContainerUsage(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of());

    /** Copies. */
    public ContainerUsage {
        blockDevices = List.copyOf(blockDevices);
    }

    /** CPU time since the container was started, in nanoseconds. */
    public record CpuTime(long userNanos, long systemNanos) {}

    /**
     * What the limit of CPU time did.
     *
     * @param periods in which there was a limit and something ran
     * @param throttledPeriods of those, in which something had to wait
     * @param throttledNanos how long it waited, summed over CPUs
     */
    public record Throttling(long periods, long throttledPeriods, long throttledNanos) {}

    /**
     * Memory in bytes.
     *
     * @param rssBytes of processes, without files
     * @param counted what is counted against the limit; empty where nobody counts
     */
    public record Memory(long rssBytes, Optional<CountedMemory> counted) {}

    /**
     * Memory as control groups count it, in bytes.
     *
     * @param totalBytes all that is counted against the limit
     * @param cacheBytes of files, tmpfs included
     * @param mappedFileBytes of that cache, what is mapped into processes
     * @param swapBytes swapped out
     * @param unevictableBytes locked
     */
    public record CountedMemory(
            long totalBytes, long cacheBytes, long mappedFileBytes, long swapBytes, long unevictableBytes) {}

    /** What was read from and written to one block device, with the numbers that the kernel has for it. */
    public record BlockDevice(
            int major, int minor, long readBytes, long writeBytes, long readOperations, long writeOperations) {}

    /** Only CPU time and memory, and how many processes and threads there are. */
    static ContainerUsage ofProcesses(CpuTime time, long rssBytes, long processes, long threads) {
        return new ContainerUsage(
                Optional.of(time),
                Optional.empty(),
                Optional.of(new Memory(rssBytes, Optional.empty())),
                OptionalLong.of(processes),
                OptionalLong.of(threads),
                OptionalLong.empty(),
                List.of());
    }

    /** Only the disk. */
    public static ContainerUsage ofDisk(long bytes) {
        return new ContainerUsage(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.of(bytes),
                List.of());
    }

    /** Returns the same, and what it lacks from another one. */
    ContainerUsage or(ContainerUsage other) {
        if (equals(NONE)) {
            return other;
        }
        if (other.equals(NONE)) {
            return this;
        }
        return new ContainerUsage(
                cpuTime.isPresent() ? cpuTime : other.cpuTime,
                throttling.isPresent() ? throttling : other.throttling,
                memory.isPresent() ? memory : other.memory,
                processes.isPresent() ? processes : other.processes,
                threads.isPresent() ? threads : other.threads,
                diskBytes.isPresent() ? diskBytes : other.diskBytes,
                blockDevices.isEmpty() ? other.blockDevices : blockDevices);
    }
}
