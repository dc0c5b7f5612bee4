package dev.polder.master;

import org.jspecify.annotations.Nullable;

/**
 * The records of completed tasks by their sequence, beside the state: it holds only what it decides with. They are for
 * people to look at. One that is lost is shown no more; nothing is decided by whether it is there.
 *
 * <p>{@link #find} is for any thread, the rest for the master's.
 */
public interface CompletedTasks {
    /**
     * Keeps a record. It may be kept before it is committed, for nobody is shown its sequence before that; if that never
     * happens the sequence comes again with another record, which takes its place.
     */
    void keep(long sequence, TaskRecord task);

    /** A committed fact has ended the time of a record. */
    void forget(long sequence);

    /** All that was kept is out of date. */
    void clear();

    /** Returns what is kept under a sequence, null if nothing is. */
    @Nullable
    TaskRecord find(long sequence);
}
