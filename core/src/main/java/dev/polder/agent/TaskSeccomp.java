package dev.polder.agent;

import dev.polder.isolation.SeccompChoice;
import dev.polder.wire.proto.Mesos.SeccompInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;

/** Which system calls a task may make, by its {@code linux_info}. */
final class TaskSeccomp {
    private TaskSeccomp() {}

    /**
     * Reads what a task chooses.
     *
     * @throws IllegalArgumentException if it contradicts itself, or has no image and wants a filter: only a runtime can give one
     */
    static SeccompChoice of(TaskInfo task) {
        SeccompInfo wanted = task.getContainer().getLinuxInfo().getSeccomp();
        if (wanted.getUnconfined() && wanted.hasProfileName()) {
            throw new IllegalArgumentException("linux_info.seccomp: profile_name '" + wanted.getProfileName()
                    + "' and unconfined exclude each other");
        }
        if (wanted.getUnconfined()) {
            return SeccompChoice.UNCONFINED;
        }
        if (!wanted.hasProfileName()) {
            return SeccompChoice.USUAL;
        }
        if (!task.getContainer().getMesos().hasImage()) {
            throw new IllegalArgumentException("linux_info.seccomp of a task without an image is not supported");
        }
        return new SeccompChoice.Profile(wanted.getProfileName());
    }
}
