package dev.polder.model;

/** The states of a task, with the names and numbers of the Mesos v1 protocol. */
public enum TaskState {
    /** Accepted by the master, nothing heard from the agent yet. */
    TASK_STAGING(6, false),
    /** The agent has the task in hand. */
    TASK_STARTING(0, false),
    /** The process runs. */
    TASK_RUNNING(1, false),
    /** A kill is under way; only frameworks with the capability TASK_KILLING_STATE see it. */
    TASK_KILLING(8, false),
    /** Ended well. */
    TASK_FINISHED(2, true),
    /** Ended badly. */
    TASK_FAILED(3, true),
    /** Ended by a kill. */
    TASK_KILLED(4, true),
    /** The description was not acceptable. */
    TASK_ERROR(7, true),
    /** Gone for whatever reason; what frameworks without PARTITION_AWARE get for the six below. */
    TASK_LOST(5, true),
    /** Never started. */
    TASK_DROPPED(9, true),
    /** The agent cannot be reached; the task may still run. */
    TASK_UNREACHABLE(10, false),
    /** Known to run no more. */
    TASK_GONE(11, true),
    /** An operator said that the agent will not come back. */
    TASK_GONE_BY_OPERATOR(12, true),
    /** The master knows nothing of it. */
    TASK_UNKNOWN(13, false);

    private final int number;
    private final boolean terminal;

    TaskState(int number, boolean terminal) {
        this.number = number;
        this.terminal = terminal;
    }

    /** Returns the protocol's number. */
    public int number() {
        return number;
    }

    /** Tells whether no other state can follow. */
    public boolean isTerminal() {
        return terminal;
    }
}
