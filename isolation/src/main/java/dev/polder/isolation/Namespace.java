package dev.polder.isolation;

/** A part of what the kernel shows a process that a task can have for itself. */
public enum Namespace {
    /** Process numbers: the task sees its own processes only, and all of them end with its first one. */
    PID("--pid"),
    /** Mounts; what is mounted on the host later does not reach the task. */
    MOUNT("--mount"),
    /** Shared memory, semaphores and message queues. */
    IPC("--ipc"),
    /** The host's name. */
    UTS("--uts"),
    /** Interfaces, routes and ports; a new one has nothing but a loopback interface that is down. */
    NETWORK("--net"),
    /** The root of what it sees of control groups. */
    CGROUP("--cgroup"),
    /** Accounts: by it a node that is not root can have the others. The task keeps its number. */
    USER("--user");

    private final String option;

    Namespace(String option) {
        this.option = option;
    }

    /** Returns the option of {@code unshare}. */
    String option() {
        return option;
    }
}
