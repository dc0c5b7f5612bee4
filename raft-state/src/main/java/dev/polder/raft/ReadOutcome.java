package dev.polder.raft;

/** Whether what this member knows is the newest there is. */
public sealed interface ReadOutcome {
    /**
     * This member led when it was asked, and a majority has said so since. The listener was told all that was committed
     * when it was asked; whoever has applied that may answer.
     *
     * @param index of the last entry or snapshot that the listener was told
     */
    record ReadAt(long index) implements ReadOutcome {}

    /**
     * Another member may lead and have committed more.
     *
     * @param reason in words
     */
    record NotConfirmed(String reason) implements ReadOutcome {}
}
