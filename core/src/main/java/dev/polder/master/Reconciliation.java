package dev.polder.master;

import dev.polder.model.AgentId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import org.jspecify.annotations.Nullable;

/** Tells a framework what is true. What is told waits for an entry, so that a leader that was deposed tells nothing. */
final class Reconciliation {
    private final LeaderTerm term;

    Reconciliation(LeaderTerm term) {
        this.term = term;
    }

    void reconcile(FrameworkRecord framework, Call.Reconcile reconcile) {
        term.tellsWhatIsKnown();
        if (reconcile.getTasksCount() == 0) {
            for (TaskRecord task : term.state.tasksOf(framework.id())) {
                if (task.state() != TaskState.TASK_UNREACHABLE) {
                    tell(framework, Statuses.reconciled(task, term.now()));
                }
            }
            return;
        }
        for (Call.Reconcile.Task asked : reconcile.getTasksList()) {
            TaskRecord task =
                    term.state.task(framework.id(), new TaskId(asked.getTaskId().getValue()));
            if (task != null) {
                tell(framework, Statuses.reconciled(task, term.now()));
            } else {
                tellUnknown(framework, asked.getTaskId(), asked.hasAgentId() ? asked.getAgentId() : null);
            }
        }
    }

    /** Tells of a task that is not known: where its agent is known, it is known not to be there. */
    void tellUnknown(FrameworkRecord framework, Mesos.TaskID taskId, Mesos.@Nullable AgentID agentId) {
        term.tellsWhatIsKnown();
        AgentRecord agent = agentId == null ? null : term.state.agent(new AgentId(agentId.getValue()));
        boolean reachable = agent != null && !agent.unreachable();
        Mesos.TaskState state;
        String message;
        if (reachable) {
            state = Mesos.TaskState.TASK_GONE;
            message = "Reconciliation: Task is unknown to the agent";
        } else if (agent != null) {
            state = Mesos.TaskState.TASK_UNREACHABLE;
            message = "Reconciliation: Task is unreachable";
        } else {
            state = Mesos.TaskState.TASK_UNKNOWN;
            message = "Reconciliation: Task is unknown";
        }
        TaskStatus.Builder status =
                Statuses.of(taskId, agentId, state, TaskStatus.Reason.REASON_RECONCILIATION, message, term.now());
        if (agent != null && agent.unreachable()) {
            status.setUnreachableTime(
                    Mesos.TimeInfo.newBuilder().setNanoseconds(agent.unreachableWallMs() * 1_000_000));
        }
        tell(framework, status);
    }

    private void tell(FrameworkRecord framework, TaskStatus.Builder status) {
        term.send(framework.id(), Statuses.event(framework, status.build()));
    }
}
