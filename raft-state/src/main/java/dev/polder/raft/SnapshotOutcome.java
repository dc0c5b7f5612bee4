package dev.polder.raft;

/** What became of a snapshot that was to be saved. */
public sealed interface SnapshotOutcome {
    /**
     * It is durable, and old entries may go.
     *
     * @param bytes the size of the state
     */
    record Saved(long bytes) implements SnapshotOutcome {}

    /** Another one is being saved; that one goes on. */
    record Busy() implements SnapshotOutcome {}

    /** There is one of that index or a later one. */
    record TooOld() implements SnapshotOutcome {}

    /**
     * It was not saved, and nothing has changed; a later one may be.
     *
     * @param reason in words
     */
    record Failed(String reason) implements SnapshotOutcome {}
}
