package dev.polder.raft.recipe;

/** The one thread on which a session or a member lives, and its clock. Any thread may hand over tasks. */
public interface RecipeLoop {
    /** Monotonic time, above 0. */
    long nowMs();

    /** Runs a task after those that were handed over before. Returns false, and drops it, when the thread has ended. */
    boolean execute(Runnable task);

    /** Returns whether the calling thread is this one. */
    boolean isCurrent();

    /** Runs a task later. Dropped when the thread has ended. */
    void schedule(long delayMs, Runnable task);
}
