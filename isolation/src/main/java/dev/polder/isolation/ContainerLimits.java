package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How much of its host a container may use. What it asks for is what it gets when others want as much as they can have;
 * a maximum is never exceeded, also when nobody else wants anything.
 *
 * @param cpuMillis what it asks for, in thousandths of a processor; at least 1
 * @param cpuMillisMax at least {@code cpuMillis}; empty for all processors
 * @param memoryBytes what it asks for: what it has beyond is taken first when the host is short; at least 1
 * @param memoryBytesMax at least {@code memoryBytes}; whoever needs more is killed. Empty for no bound
 * @param processesMax how many processes and threads there may be; empty for no bound
 * @param diskBytesMax how much its sandbox may take of the disk; empty for no bound
 * @param ports those of its host's TCP ports on which it may listen, where that is watched
 * @param gpus how many graphics processors it has for itself, where they are given away; not negative
 */
public record ContainerLimits(
        long cpuMillis,
        OptionalLong cpuMillisMax,
        long memoryBytes,
        OptionalLong memoryBytesMax,
        OptionalLong processesMax,
        OptionalLong diskBytesMax,
        PortRanges ports,
        int gpus) {
    /** No bound of the disk, no ports and no graphics processors. */
    public ContainerLimits(
            long cpuMillis,
            OptionalLong cpuMillisMax,
            long memoryBytes,
            OptionalLong memoryBytesMax,
            OptionalLong processesMax) {
        this(
                cpuMillis,
                cpuMillisMax,
                memoryBytes,
                memoryBytesMax,
                processesMax,
                OptionalLong.empty(),
                PortRanges.NONE,
                0);
    }

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a number is below 1, or a maximum below what is asked for
     */
    public ContainerLimits {
        check("cpuMillis", cpuMillis, "1", 1);
        cpuMillisMax.ifPresent(max -> check("cpuMillisMax", max, "cpuMillis", cpuMillis));
        check("memoryBytes", memoryBytes, "1", 1);
        memoryBytesMax.ifPresent(max -> check("memoryBytesMax", max, "memoryBytes", memoryBytes));
        processesMax.ifPresent(max -> check("processesMax", max, "1", 1));
        diskBytesMax.ifPresent(max -> check("diskBytesMax", max, "1", 1));
        requireNonNull(ports, "ports");
        if (gpus < 0) {
            throw new IllegalArgumentException("gpus is " + gpus + ", must be at least 0");
        }
    }

    /** Returns these with another bound of the disk. */
    public ContainerLimits withDiskBytesMax(OptionalLong max) {
        return new ContainerLimits(
                cpuMillis, cpuMillisMax, memoryBytes, memoryBytesMax, processesMax, max, ports, gpus);
    }

    /** Returns these with other ports. */
    public ContainerLimits withPorts(PortRanges others) {
        return new ContainerLimits(
                cpuMillis, cpuMillisMax, memoryBytes, memoryBytesMax, processesMax, diskBytesMax, others, gpus);
    }

    /** Returns these with another number of graphics processors. */
    public ContainerLimits withGpus(int count) {
        return new ContainerLimits(
                cpuMillis, cpuMillisMax, memoryBytes, memoryBytesMax, processesMax, diskBytesMax, ports, count);
    }

    private static void check(String name, long value, String least, long min) {
        if (value < min) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", must be at least " + least + (min == 1 ? "" : ", which is " + min));
        }
    }
}
