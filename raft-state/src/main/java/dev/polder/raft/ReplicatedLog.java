package dev.polder.raft;

import java.io.IOException;

/**
 * A durable log of byte entries that the members of a cluster agree on. This version knows clusters of one member.
 *
 * <p>Any thread may propose. Every entry that was committed is handed to the {@link LogListener} again after each start,
 * so the log is the memory of the state machine above it.
 */
public final class ReplicatedLog implements AutoCloseable {
    /** The largest entry that can be proposed, in bytes. */
    public static final int ENTRY_BYTES_MAX = 1 << 20;

    private ReplicatedLog() {}

    /**
     * Opens the log and takes part in the cluster. Returns before leadership is settled; the listener is told.
     *
     * @throws IOException if the directory cannot be used or its content cannot be trusted; the message says which file
     *     and where. Nothing is left running.
     */
    public static ReplicatedLog start(RaftConfig config, LogListener listener) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** What became of a proposal at the door. */
    public enum Proposed {
        /** It waits its turn; it is committed in the order of proposals, unless {@code lost(term)} comes first. */
        ACCEPTED,
        /** More than {@code proposalBytesMax} wait already; try again when entries were committed. */
        FULL,
        /** This member does not lead {@code term}. */
        NOT_LEADER
    }

    /**
     * Proposes an entry in a term that this member was told it serves. Returns at once. Never blocks.
     *
     * @throws IllegalArgumentException if the entry is larger than {@link #ENTRY_BYTES_MAX}
     */
    public Proposed propose(long term, byte[] entry) {
        throw new UnsupportedOperationException();
    }

    /** Returns how many bytes of log lie on the disk. */
    public long diskBytes() {
        throw new UnsupportedOperationException();
    }

    /** Stops taking part, waits for the running force, closes files and threads. Idempotent; takes at most 10 s. */
    @Override
    public void close() {}
}
