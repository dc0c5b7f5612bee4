package dev.polder.master;

import dev.polder.model.Moment;
import dev.polder.model.TaskState;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Event;
import org.jspecify.annotations.Nullable;

/**
 * Makes the statuses that the master itself reports. They carry no uuid, so nobody acknowledges them. Their messages are
 * Mesos's where tools read them.
 */
final class Statuses {
    private Statuses() {}

    /** Returns a status of the master's own making. */
    static TaskStatus.Builder of(
            Mesos.TaskID task,
            Mesos.@Nullable AgentID agent,
            Mesos.TaskState state,
            TaskStatus.Reason reason,
            String message,
            Moment now) {
        TaskStatus.Builder status = TaskStatus.newBuilder()
                .setTaskId(task)
                .setState(state)
                .setSource(TaskStatus.Source.SOURCE_MASTER)
                .setReason(reason)
                .setMessage(message)
                .setTimestamp(now.wallMs() / 1000.0);
        if (agent != null) {
            status.setAgentId(agent);
        }
        return status;
    }

    /** Returns what a reconciliation tells of a known task. */
    static TaskStatus.Builder reconciled(TaskRecord task, Moment now) {
        TaskStatus.Builder status = of(
                task.info().getTaskId(),
                task.info().getAgentId(),
                Mesos.TaskState.valueOf(task.state().name()),
                TaskStatus.Reason.REASON_RECONCILIATION,
                "Reconciliation: Latest task state",
                now);
        TaskStatus latest = task.latest();
        if (latest != null) {
            if (latest.hasContainerStatus()) {
                status.setContainerStatus(latest.getContainerStatus());
            }
            if (latest.hasUnreachableTime()) {
                status.setUnreachableTime(latest.getUnreachableTime());
            }
            if (latest.hasHealthy()) {
                status.setHealthy(latest.getHealthy());
            }
        }
        return status;
    }

    /** Returns the state in the words of a framework that knows only the older ones, if it is such a one. */
    static Mesos.TaskState spoken(FrameworkRecord framework, Mesos.TaskState state) {
        if (framework.can(Capability.Type.PARTITION_AWARE)) {
            return state;
        }
        return switch (state) {
            case TASK_DROPPED, TASK_UNREACHABLE, TASK_GONE, TASK_GONE_BY_OPERATOR, TASK_UNKNOWN ->
                Mesos.TaskState.TASK_LOST;
            default -> state;
        };
    }

    /** Returns the event that tells a framework of a status, in its own words. */
    static Event.Builder event(FrameworkRecord framework, TaskStatus status) {
        Mesos.TaskState spoken = spoken(framework, status.getState());
        TaskStatus told = spoken == status.getState()
                ? status
                : status.toBuilder().setState(spoken).build();
        return Event.newBuilder()
                .setType(Event.Type.UPDATE)
                .setUpdate(Event.Update.newBuilder().setStatus(told));
    }

    static TaskState stateOf(TaskStatus status) {
        return TaskState.valueOf(status.getState().name());
    }
}
