package dev.polder.master;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.offer.Resources;
import dev.polder.wire.proto.Mesos.KillPolicy;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
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
    /** Tells whether the task still holds its resources. */
    public boolean usesResources() {
        return !state.isTerminal();
    }
}
