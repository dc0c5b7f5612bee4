package dev.polder.agent;

import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.wire.proto.Mesos;

/** The full name of a task: two frameworks may choose the same id. */
record TaskKey(FrameworkId framework, TaskId task) {
    static TaskKey of(Mesos.FrameworkID framework, Mesos.TaskID task) {
        return new TaskKey(new FrameworkId(framework.getValue()), new TaskId(task.getValue()));
    }

    Mesos.FrameworkID frameworkProto() {
        return Mesos.FrameworkID.newBuilder().setValue(framework.value()).build();
    }

    Mesos.TaskID taskProto() {
        return Mesos.TaskID.newBuilder().setValue(task.value()).build();
    }

    @Override
    public String toString() {
        return framework + "/" + task;
    }
}
