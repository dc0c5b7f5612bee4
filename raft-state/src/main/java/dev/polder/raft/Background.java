package dev.polder.raft;

/**
 * Where a member does what would hold its log's thread up for long: writing and reading files as large as its state. One
 * task after the other, in the order in which they came. What one of them throws stops the member.
 */
interface Background extends AutoCloseable {
    /** How many tasks may wait. */
    int TASKS_MAX = 64;

    /**
     * Runs a task later, elsewhere. Any thread may call. After the end it is dropped.
     *
     * @throws IllegalStateException if {@link #TASKS_MAX} wait already
     */
    void execute(Runnable task);

    /** Drops what waits, interrupts what runs, and waits for its end, for a second at most. Idempotent. */
    @Override
    void close();

    /** Where it comes from; the seam behind which a test does such work in virtual time. */
    interface Source {
        /**
         * Opens one; a thread of its own begins with the first task.
         *
         * @param name of the thread, if there is one
         * @param failStop told what a task throws
         */
        Background open(String name, FailStop failStop);
    }
}
