package dev.polder.agent;

import dev.polder.wire.proto.Mesos.ContainerStatus;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A task as the agent remembers it, from its acceptance to the acknowledgement of its terminal state. Owned by the agent
 * thread and changed by {@link AgentState#apply} alone.
 */
final class AgentTask {
    private final TaskKey key;
    private final FrameworkInfo framework;
    private final TaskInfo info;
    private final String containerId;
    /** Not yet acknowledged, in the order of their happening. */
    private final ArrayDeque<TaskStatus> pending = new ArrayDeque<>();

    private @Nullable TaskStatus newest;
    private @Nullable Duration killGrace;
    private boolean completionTimeReached;

    AgentTask(TaskKey key, FrameworkInfo framework, TaskInfo info, String containerId) {
        this.key = key;
        this.framework = framework;
        this.info = info;
        this.containerId = containerId;
    }

    TaskKey key() {
        return key;
    }

    FrameworkInfo framework() {
        return framework;
    }

    TaskInfo info() {
        return info;
    }

    String containerId() {
        return containerId;
    }

    /** Returns the updates that wait for an acknowledgement, oldest first. */
    Collection<TaskStatus> pending() {
        return Collections.unmodifiableCollection(pending);
    }

    /** Returns the update that is or must be sent; null if every one is acknowledged. */
    @Nullable
    TaskStatus head() {
        return pending.peek();
    }

    /** Returns the latest update, acknowledged or not; null before the first. */
    @Nullable
    TaskStatus newest() {
        return newest;
    }

    TaskState state() {
        return newest == null ? TaskState.TASK_STAGING : newest.getState();
    }

    boolean isTerminal() {
        return Statuses.isTerminal(state());
    }

    /** Returns the grace of the kill that was accepted; null for none. */
    @Nullable
    Duration killGrace() {
        return killGrace;
    }

    /** Tells whether the kill was the agent's own, because the task had its time. */
    boolean completionTimeReached() {
        return completionTimeReached;
    }

    /** Returns what others may know of its container. */
    RunningContainer container() {
        ContainerStatus status = newest == null ? ContainerStatus.getDefaultInstance() : newest.getContainerStatus();
        return new RunningContainer(
                key,
                info,
                containerId,
                status.hasExecutorPid() ? OptionalInt.of(status.getExecutorPid()) : OptionalInt.empty(),
                TaskNetworks.has(info) ? status.getNetworkInfosList() : List.of());
    }

    boolean hasCapability(FrameworkInfo.Capability.Type type) {
        return Statuses.hasCapability(framework, type);
    }

    void add(TaskStatus status) {
        pending.add(status);
        newest = status;
    }

    TaskStatus acknowledgeHead() {
        return pending.remove();
    }

    void kill(Duration grace, boolean completionTime) {
        killGrace = grace;
        completionTimeReached |= completionTime;
    }
}
