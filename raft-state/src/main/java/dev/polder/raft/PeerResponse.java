package dev.polder.raft;

/** What a member answers to a {@link PeerRequest}. Every request is answered, if only with a failure. */
sealed interface PeerResponse extends WireMessage {
    /**
     * Whether the entries are in the log, and on the disk.
     *
     * @param lastIndex if they are, the last of them; else behind which entry the next attempt is worth while
     */
    record Append(long term, boolean succeeded, long lastIndex) implements PeerResponse {}

    /** Whether this member would vote so. */
    record Poll(long term, boolean accepted) implements PeerResponse {}

    /** Whether this member votes so, durably. */
    record Vote(long term, boolean granted) implements PeerResponse {}

    /** The request was not understood or could not be carried out; nothing has changed by it. */
    record Failure(String reason) implements PeerResponse {}
}
