package dev.polder.raft;

import org.jspecify.annotations.Nullable;

/**
 * Receives what the log says, in log order, on the log's own thread, one call at a time. An implementation hands over
 * to its own thread; it may block to slow the log down, but then this member neither leads nor follows in time.
 */
public interface LogListener {
    /**
     * Begin with this state; what was told before is void. Called before the first {@link #onCommitted} if a snapshot was
     * saved, and again when this member was so far behind that the leader sent it one. The entries from
     * {@code snapshot.index() + 1} on follow. Whoever is told closes it, on whichever thread and whenever; also one that
     * a later one has overtaken.
     */
    void onSnapshot(InstalledSnapshot snapshot);

    /**
     * An entry is committed and durable. Called once for each entry in ascending order, beginning with the first one, or
     * the one behind the newest snapshot, at every start. Indexes are unique and have gaps: the log keeps entries of its
     * own between the proposed ones. What was proposed is lent for the call, see {@link CommittedEntry}.
     */
    void onCommitted(CommittedEntry entry);

    /**
     * Tells whether more can be taken now. If not, no entry is told, nor that this member serves, until
     * {@link ReplicatedLog#resume()} was called, or some milliseconds later, when this is asked again; the log goes on
     * meanwhile. Asked before each entry, so an answer must cost nothing.
     */
    default boolean hasRoom() {
        return true;
    }

    /**
     * The log has grown enough to be worth a snapshot: {@link ReplicatedLog#saveSnapshot} is to be called, some time.
     * Told again after a while if it is not. Without snapshots the log grows for ever.
     */
    default void onSnapshotWanted() {}

    /**
     * This member was elected for {@code term}. It may not propose yet: entries of earlier terms may still be on their way
     * to {@link #onCommitted}.
     */
    void onElected(long term);

    /** This member leads {@code term} and every entry of earlier terms has been handed to {@link #onCommitted}. */
    void onServing(long term);

    /** This member no longer leads the {@code term} for which it was elected, served or not; whether its open proposals are ever committed is unknown. */
    void onLost(long term);

    /**
     * Another member refuses to talk to this one, and will until somebody acts: it is set up for other members, belongs
     * to another cluster, or knows that one of the two has lost its disk. Told once for each reason, and again if it is
     * refused after it was accepted.
     */
    void onRefused(String byMember, String reason);

    /**
     * The log has stopped, by {@link ReplicatedLog#close()} or, with a cause, because it can no longer be trusted; an
     * exception that this listener threw is such a cause too, and {@link MemberRemovedException} one that is no failure.
     * The last call, after {@link #onLost} if a term was led.
     */
    void onStopped(@Nullable Throwable cause);
}
