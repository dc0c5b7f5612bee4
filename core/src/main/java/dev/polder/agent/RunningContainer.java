package dev.polder.agent;

import dev.polder.wire.proto.Mesos.TaskInfo;
import java.util.OptionalInt;

/**
 * A container whose task was started and is not known to have ended. Immutable.
 *
 * @param pid the task's first process; empty if nobody told us
 */
record RunningContainer(TaskKey key, TaskInfo task, String containerId, OptionalInt pid) {}
