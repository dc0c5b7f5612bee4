package dev.polder.agent;

import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ContainerUsage;
import dev.polder.wire.proto.Mesos.CgroupInfo.Blkio;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerID;
import dev.polder.wire.proto.Mesos.ContainerStatus;
import dev.polder.wire.proto.Mesos.Device;
import dev.polder.wire.proto.Mesos.ResourceStatistics;
import dev.polder.wire.proto.Mesos.TaskInfo;
import java.util.concurrent.TimeUnit;

/**
 * A running container and what it uses, in Mesos's words. Immutable.
 *
 * @param executorName as Mesos names the executor of a command
 * @param statistics what was measured, and what the task may use
 * @param status the container's id, its first process, and the networks of its own
 */
public record ContainerReport(
        String frameworkId,
        String executorId,
        String executorName,
        ResourceStatistics statistics,
        ContainerStatus status) {
    private static final int COMMAND_LENGTH_MAX = 15;
    private static final double MILLIS = 1_000;

    /** Reports on a container. */
    static ContainerReport of(RunningContainer container, ContainerUsage usage, long wallMs) {
        ContainerStatus.Builder status = ContainerStatus.newBuilder()
                .setContainerId(ContainerID.newBuilder().setValue(container.containerId()));
        container.pid().ifPresent(status::setExecutorPid);
        status.addAllNetworkInfos(container.networks());
        return new ContainerReport(
                container.key().framework().value(),
                container.key().task().value(),
                executorName(container.task()),
                statistics(container.task(), usage, wallMs),
                status.build());
    }

    private static String executorName(TaskInfo task) {
        return "Command Executor (Task: " + task.getTaskId().getValue() + ") (Command: "
                + commandName(task.getCommand()) + ")";
    }

    private static String commandName(CommandInfo command) {
        if (!command.hasValue()) {
            return command.getShell() ? "NO COMMAND" : "NO EXECUTABLE";
        }
        return command.getShell()
                ? "sh -c '" + shortened(command.getValue()) + "'"
                : "[" + shortened(String.join(", ", command.getArgumentsList())) + "]";
    }

    private static String shortened(String text) {
        return text.length() > COMMAND_LENGTH_MAX ? text.substring(0, COMMAND_LENGTH_MAX - 3) + "..." : text;
    }

    private static ResourceStatistics statistics(TaskInfo task, ContainerUsage usage, long wallMs) {
        ResourceStatistics.Builder found = ResourceStatistics.newBuilder().setTimestamp(wallMs / MILLIS);
        usage.processes().ifPresent(count -> found.setProcesses((int) count));
        usage.threads().ifPresent(count -> found.setThreads((int) count));
        usage.cpuTime()
                .ifPresent(time -> found.setCpusUserTimeSecs(seconds(time.userNanos()))
                        .setCpusSystemTimeSecs(seconds(time.systemNanos())));
        usage.throttling()
                .ifPresent(throttling -> found.setCpusNrPeriods((int) throttling.periods())
                        .setCpusNrThrottled((int) throttling.throttledPeriods())
                        .setCpusThrottledTimeSecs(seconds(throttling.throttledNanos())));
        usage.memory().ifPresent(memory -> add(found, memory));
        usage.diskBytes().ifPresent(found::setDiskUsedBytes);
        usage.blockDevices().forEach(device -> found.getBlkioStatisticsBuilder().addThrottling(statistics(device)));
        addLimits(found, TaskLimits.of(task));
        return found.build();
    }

    private static Blkio.Throttling.Statistics statistics(ContainerUsage.BlockDevice device) {
        return Blkio.Throttling.Statistics.newBuilder()
                .setDevice(Device.Number.newBuilder()
                        .setMajorNumber(device.major())
                        .setMinorNumber(device.minor()))
                .addIoServiced(value(Blkio.Operation.READ, device.readOperations()))
                .addIoServiced(value(Blkio.Operation.WRITE, device.writeOperations()))
                .addIoServiceBytes(value(Blkio.Operation.READ, device.readBytes()))
                .addIoServiceBytes(value(Blkio.Operation.WRITE, device.writeBytes()))
                .build();
    }

    private static Blkio.Value value(Blkio.Operation operation, long number) {
        return Blkio.Value.newBuilder().setOp(operation).setValue(number).build();
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** Two of them have an older name each. */
    private static void add(ResourceStatistics.Builder found, ContainerUsage.Memory memory) {
        found.setMemRssBytes(memory.rssBytes());
        memory.counted()
                .ifPresent(counted -> found.setMemTotalBytes(counted.totalBytes())
                        .setMemAnonBytes(memory.rssBytes())
                        .setMemCacheBytes(counted.cacheBytes())
                        .setMemFileBytes(counted.cacheBytes())
                        .setMemMappedFileBytes(counted.mappedFileBytes())
                        .setMemSwapBytes(counted.swapBytes())
                        .setMemUnevictableBytes(counted.unevictableBytes()));
    }

    private static void addLimits(ResourceStatistics.Builder found, ContainerLimits limits) {
        found.setCpusSoftLimit(limits.cpuMillis() / MILLIS).setMemSoftLimitBytes(limits.memoryBytes());
        limits.cpuMillisMax().ifPresent(max -> found.setCpusLimit(max / MILLIS));
        limits.memoryBytesMax().ifPresent(found::setMemLimitBytes);
        limits.diskBytesMax().ifPresent(found::setDiskLimitBytes);
    }
}
