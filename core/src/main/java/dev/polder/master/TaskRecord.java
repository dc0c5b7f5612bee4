package dev.polder.master;

import com.google.protobuf.ByteString;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.Mesos.KillPolicy;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster remembers of a task. Immutable.
 *
 * @param info as launched, with {@code allocation_info} in its resources
 * @param role the role whose offer it uses
 * @param resources the amounts of {@code info.resources}
 * @param state the newest state
 * @param statuses the latest status of each state it had, oldest first, without {@code data}
 * @param kill the policy of a kill that was asked for and not yet seen to be done, null for none
 */
public record TaskRecord(
        FrameworkId frameworkId,
        TaskId id,
        AgentId agentId,
        TaskInfo info,
        String role,
        Resources resources,
        TaskState state,
        List<TaskStatus> statuses,
        @Nullable KillPolicy kill) {
    /** Tells whether the task holds resources: it has not ended, and its agent can be reached. */
    public boolean usesResources() {
        return !state.isTerminal() && state != TaskState.TASK_UNREACHABLE;
    }

    /** Returns the newest status, null while nothing was heard of the task. */
    public @Nullable TaskStatus latest() {
        return statuses.isEmpty() ? null : statuses.get(statuses.size() - 1);
    }

    /** Tells whether an update with this uuid is among the remembered ones. */
    boolean knows(ByteString uuid) {
        for (TaskStatus status : statuses) {
            if (status.hasUuid() && status.getUuid().equals(uuid)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the task in the status's state; of the statuses of one state the newest is kept. */
    TaskRecord with(TaskState newState, TaskStatus status) {
        TaskStatus kept = status.hasData() ? status.toBuilder().clearData().build() : status;
        List<TaskStatus> newStatuses = new ArrayList<>(statuses.size() + 1);
        for (TaskStatus old : statuses) {
            if (old.getState() != kept.getState()) {
                newStatuses.add(old);
            }
        }
        newStatuses.add(kept);
        return new TaskRecord(
                frameworkId, id, agentId, info, role, resources, newState, List.copyOf(newStatuses), kill);
    }

    TaskRecord withKill(KillPolicy policy) {
        return new TaskRecord(frameworkId, id, agentId, info, role, resources, state, statuses, policy);
    }
}
