package dev.polder.agent;

import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.PortRange;
import dev.polder.isolation.PortRanges;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.Value;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.DoubleToLongFunction;

/**
 * What a task may use of its host, by its resources and limits, as Mesos's isolators {@code cgroups/cpu}, {@code
 * cgroups/mem}, {@code disk/du}, {@code network/ports} and {@code gpu/nvidia} see them.
 */
final class TaskLimits {
    /** Less than this runs nothing; Mesos raises what is asked for to as much. */
    static final long MEMORY_MIN_MB = 32;

    private static final long MIB = 1 << 20;
    private static final double CPU_MILLIS = 1_000;

    private TaskLimits() {}

    /**
     * Returns the limits of a task. Without a limit of its own memory is limited to what the task has, and processors are not
     * limited.
     *
     * @throws IllegalArgumentException if a limit is below what the task has, a port is none, or a graphics processor is not
     *     whole
     */
    static ContainerLimits of(TaskInfo task) {
        long cpuMillis = cpuMillis(sum(task, "cpus"));
        OptionalDouble cpuLimit = limit(task, "cpus");
        long memoryBytes = bytes(sum(task, "mem"));
        OptionalDouble memoryLimit = limit(task, "mem");
        return new ContainerLimits(
                cpuMillis,
                finite(cpuLimit, TaskLimits::cpuMillis),
                memoryBytes,
                memoryLimit.isEmpty() ? OptionalLong.of(memoryBytes) : finite(memoryLimit, TaskLimits::bytes),
                OptionalLong.empty(),
                diskBytes(task),
                ports(task.getResourcesList()),
                gpus(task));
    }

    /** In Mesos's words: a master lets no part of one through. */
    private static int gpus(TaskInfo task) {
        double gpus = sum(task, "gpus");
        if (gpus < 0 || gpus > Integer.MAX_VALUE || gpus != Math.rint(gpus)) {
            throw new IllegalArgumentException("The 'gpus' resource must be an unsigned integer");
        }
        return (int) gpus;
    }

    /**
     * Returns the ports among resources; none if there are none.
     *
     * @throws IllegalArgumentException if one is above 65535
     */
    static PortRanges ports(List<Resource> resources) {
        return new PortRanges(resources.stream()
                .filter(resource -> resource.getName().equals("ports"))
                .flatMap(resource -> resource.getRanges().getRangeList().stream())
                .map(range -> new PortRange(port(range.getBegin()), port(range.getEnd())))
                .toList());
    }

    /** What is no port stays none, and is refused as such. */
    private static int port(long number) {
        return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, number));
    }

    /** What a task asks for beside disks of its own and volumes is for its sandbox; who asks for nothing has no limit. */
    private static OptionalLong diskBytes(TaskInfo task) {
        double megabytes = task.getResourcesList().stream()
                .filter(resource -> resource.getName().equals("disk") && !resource.hasDisk())
                .mapToDouble(resource -> resource.getScalar().getValue())
                .sum();
        long bytes = Math.round(megabytes * MIB);
        return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    /** A limit may be infinite, and is none then. */
    private static OptionalLong finite(OptionalDouble limit, DoubleToLongFunction unit) {
        return limit.isPresent() && Double.isFinite(limit.getAsDouble())
                ? OptionalLong.of(unit.applyAsLong(limit.getAsDouble()))
                : OptionalLong.empty();
    }

    private static long cpuMillis(double cpus) {
        return Math.max(1, Math.round(cpus * CPU_MILLIS));
    }

    private static long bytes(double megabytes) {
        return Math.round(Math.max(MEMORY_MIN_MB, megabytes) * MIB);
    }

    private static double sum(TaskInfo task, String name) {
        return task.getResourcesList().stream()
                .filter(resource -> resource.getName().equals(name))
                .map(Resource::getScalar)
                .mapToDouble(Value.Scalar::getValue)
                .sum();
    }

    private static OptionalDouble limit(TaskInfo task, String name) {
        Value.Scalar limit = task.getLimitsMap().get(name);
        return limit == null ? OptionalDouble.empty() : OptionalDouble.of(limit.getValue());
    }
}
