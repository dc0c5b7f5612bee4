package dev.polder.isolation.cgroup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container has used, and may use, at one moment, its nested groups included. A part is null if its controller is
 * not in use.
 *
 * @param frozen was it told to be frozen, and is it?
 */
public record CgroupUsage(
        @Nullable CpuTime cpuTime,
        @Nullable Throttling throttling,
        @Nullable Memory memory,
        @Nullable Pids pids,
        List<Io> io,
        boolean frozen) {
    /** Stands for a limit that is none. */
    public static final long UNLIMITED = StatBytes.UNLIMITED;

    /** Copies. */
    public CgroupUsage {
        io = List.copyOf(io);
    }

    /**
     * CPU time since the group was made, in nanoseconds, of ended processes too.
     *
     * @param totalNanos exact; the other two are shares of it as the kernel guesses them, and may add up to another sum
     */
    public record CpuTime(long userNanos, long systemNanos, long totalNanos) {}

    /**
     * What the limit of CPU time did.
     *
     * @param limitMillis thousandths of a CPU, {@link #UNLIMITED} if there is no limit
     * @param periods in which there was a limit and something ran
     * @param throttledPeriods of those, in which something had to wait
     * @param throttledNanos how long it waited, summed over CPUs
     */
    public record Throttling(long limitMillis, long periods, long throttledPeriods, long throttledNanos) {}

    /**
     * Memory in bytes.
     *
     * @param totalBytes all that is counted against the limit
     * @param rssBytes of processes, without files
     * @param cacheBytes of files, tmpfs included
     * @param mappedFileBytes of that cache, what is mapped into processes
     * @param swapBytes swapped out
     * @param unevictableBytes locked
     * @param limitBytes the lowest of those that hold, {@link #UNLIMITED} if there is none
     * @param softLimitBytes {@link #UNLIMITED} if there is none; version 2 has 0 for none
     * @param oomKills processes that were killed as the group was out of memory
     */
    public record Memory(
            long totalBytes,
            long rssBytes,
            long cacheBytes,
            long mappedFileBytes,
            long swapBytes,
            long unevictableBytes,
            long limitBytes,
            long softLimitBytes,
            long oomKills) {}

    /**
     * Processes and threads, ended ones that nobody has reaped yet included, and how many there may be, {@link
     * #UNLIMITED} if there is no limit.
     */
    public record Pids(long count, long max) {}

    /** What was read from and written to one block device. */
    public record Io(
            int major, int minor, long readBytes, long writeBytes, long readOperations, long writeOperations) {}
}
