package dev.polder.agent;

import com.google.protobuf.ByteString;
import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.Limitation;
import dev.polder.model.Moment;
import dev.polder.wire.proto.Mesos.AgentID;
import dev.polder.wire.proto.Mesos.ContainerID;
import dev.polder.wire.proto.Mesos.ContainerStatus;
import dev.polder.wire.proto.Mesos.ExecutorID;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.Mesos.TaskStatus.Reason;
import dev.polder.wire.proto.Mesos.TaskStatus.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status updates of command tasks as Mesos's agent and command executor write them: tools read the sources,
 * reasons and messages.
 */
final class Statuses {
    private static final int UUID_BYTES = 16;
    private static final int SIGNAL_BASE = 128;

    private final AgentState state;
    private final String ip;
    private final RandomGenerator random;

    Statuses(AgentState state, String ip, RandomGenerator random) {
        this.state = state;
        this.ip = ip;
        this.random = random;
    }

    static boolean isTerminal(TaskState state) {
        return switch (state) {
            case TASK_FINISHED,
                    TASK_FAILED,
                    TASK_KILLED,
                    TASK_ERROR,
                    TASK_LOST,
                    TASK_DROPPED,
                    TASK_GONE,
                    TASK_GONE_BY_OPERATOR -> true;
            case TASK_STAGING, TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_UNREACHABLE, TASK_UNKNOWN -> false;
        };
    }

    static boolean hasCapability(FrameworkInfo framework, FrameworkInfo.Capability.Type type) {
        return framework.getCapabilitiesList().stream().anyMatch(capability -> capability.getType() == type);
    }

    /** Returns the state, or the one that a framework knows instead which is not aware of partitions. */
    static TaskState stateFor(FrameworkInfo framework, TaskState state) {
        return hasCapability(framework, FrameworkInfo.Capability.Type.PARTITION_AWARE) ? state : TaskState.TASK_LOST;
    }

    /** Words how a command ended; the Java API reads the exit code from them, as other tools do. */
    static String message(TaskInfo task, ExitStatus status) {
        boolean byDocker = TaskDocker.has(task);
        if (status instanceof ExitStatus.Exited exited) {
            return (byDocker ? "Container" : "Command") + " exited with status " + exited.code();
        }
        if (status instanceof ExitStatus.NotContained failed) {
            return launchFailure(failed.why());
        }
        ExitStatus.Signaled signaled = (ExitStatus.Signaled) status;
        return byDocker
                ? messageOfDocker(signaled)
                : "Command terminated with signal " + Signals.name(signaled.signal());
    }

    /** Words how a container of a Docker engine ended: as the engine's client does, by 128 and the signal. */
    private static String messageOfDocker(ExitStatus.Signaled status) {
        return "Container exited with status " + (SIGNAL_BASE + status.signal());
    }

    /** Returns Mesos's reason for the end of a container that has reached a limit. */
    static Reason reason(Limitation.Kind limit) {
        return switch (limit) {
            case MEMORY -> Reason.REASON_CONTAINER_LIMITATION_MEMORY;
            case DISK -> Reason.REASON_CONTAINER_LIMITATION_DISK;
            case PORTS, PROCESSES -> Reason.REASON_CONTAINER_LIMITATION;
        };
    }

    /** Words why a command was never executed. */
    static String launchFailure(String why) {
        return "Failed to launch container: " + why;
    }

    /** Words why a sandbox lacks what its task wants there. */
    static String fetchFailure(ContainerId container, String why) {
        return "Failed to fetch all URIs for container '" + container + "': " + why;
    }

    /** Words why there is no sandbox. */
    static String sandboxFailure(Path sandbox, String why) {
        return "Failed to create executor directory '" + sandbox + "': " + why;
    }

    /** Starts an update about the command itself, which Mesos's command executor would send. */
    TaskStatus.Builder ofCommand(Moment now, AgentTask task, TaskState taskState, @Nullable Long pid) {
        ContainerStatus.Builder container = ContainerStatus.newBuilder()
                .setContainerId(ContainerID.newBuilder().setValue(task.containerId()));
        TaskStatus newest = task.newest();
        if (newest != null && newest.getContainerStatus().getNetworkInfosCount() > 0 && TaskNetworks.has(task.info())) {
            // only who was there at the start has asked where its container is attached
            container.addAllNetworkInfos(newest.getContainerStatus().getNetworkInfosList());
        } else {
            container.addNetworkInfos(NetworkInfo.newBuilder().addIpAddresses(TaskNetworks.address(ip)));
        }
        if (pid != null) {
            container.setExecutorPid(pid.intValue());
        } else if (newest != null && newest.getContainerStatus().hasExecutorPid()) {
            container.setExecutorPid(newest.getContainerStatus().getExecutorPid());
        }
        TaskStatus.Builder status =
                of(now, task, taskState, Source.SOURCE_EXECUTOR).setContainerStatus(container);
        addChecks(status, task, newest);
        return status;
    }

    /** Starts the first update about the command; without networks of its own it has the agent's address. */
    TaskStatus.Builder ofStart(Moment now, AgentTask task, @Nullable Long pid, List<AttachedNetwork> networks) {
        TaskStatus.Builder status = ofCommand(now, task, TaskState.TASK_STARTING, pid);
        List<NetworkInfo> own = TaskNetworks.attached(task.info(), networks);
        if (!own.isEmpty()) {
            status.getContainerStatusBuilder().clearNetworkInfos().addAllNetworkInfos(own);
        }
        return status;
    }

    /** What checks have told is told again with whatever follows; of an end, only that bad health has led to a kill. */
    private static void addChecks(TaskStatus.Builder status, AgentTask task, @Nullable TaskStatus newest) {
        if (task.info().hasCheck()) {
            status.setCheckStatus(
                    newest != null && newest.hasCheckStatus()
                            ? newest.getCheckStatus()
                            : TaskChecks.noResult(task.info().getCheck()));
        }
        if (newest != null && newest.hasHealthy()) {
            boolean isKilled = !newest.getHealthy() && task.killGrace() != null;
            if (isKilled || !isTerminal(status.getState())) {
                status.setHealthy(newest.getHealthy());
            }
        }
    }

    /** Starts an update about what the agent did or could not do. */
    TaskStatus.Builder ofAgent(Moment now, AgentTask task, TaskState taskState, Reason reason, String message) {
        return of(now, task, taskState, Source.SOURCE_AGENT).setReason(reason).setMessage(message);
    }

    private TaskStatus.Builder of(Moment now, AgentTask task, TaskState taskState, Source source) {
        return TaskStatus.newBuilder()
                .setTaskId(task.info().getTaskId())
                .setState(taskState)
                .setSource(source)
                .setAgentId(AgentID.newBuilder().setValue(state.knownAgentId().value()))
                .setExecutorId(
                        ExecutorID.newBuilder().setValue(task.key().task().value()))
                .setTimestamp(now.wallMs() / 1000.0)
                .setUuid(uuid());
    }

    /** A random UUID in its binary form, version 4 of RFC 4122. */
    private ByteString uuid() {
        byte[] bytes = new byte[UUID_BYTES];
        random.nextBytes(bytes);
        bytes[6] = (byte) ((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte) ((bytes[8] & 0x3f) | 0x80);
        return ByteString.copyFrom(bytes);
    }
}
