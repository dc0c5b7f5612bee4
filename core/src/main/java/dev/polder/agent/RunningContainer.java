package dev.polder.agent;

import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import java.util.List;
import java.util.OptionalInt;

/**
 * A container whose task was started and is not known to have ended. Immutable.
 *
 * @param pid the task's first process; empty if nobody told us
 * @param networks those that it is attached to; empty for its host's
 */
record RunningContainer(TaskKey key, TaskInfo task, String containerId, OptionalInt pid, List<NetworkInfo> networks) {
    /** Copies. */
    RunningContainer {
        networks = List.copyOf(networks);
    }
}
