package dev.polder.raft;

import org.jspecify.annotations.Nullable;

/**
 * Tells the listener what happened, in order. Owned by the log's thread, but for {@link #servingTerm}.
 *
 * <pre>
 *      committed*             committed*             committed*
 *   ┌─────────────┐ elected ┌────────────┐ serving ┌──────────┐
 *   │  following  │────────►│  elected   │────────►│ serving  │
 *   └─────────────┘         └────────────┘         └──────────┘
 *          ▲────────lost──────────┴───────────────────────┘
 *   refused: at any time; stopped: once, the last
 * </pre>
 */
final class LogEvents {
    private final LogListener listener;
    private volatile long servingTerm;
    private long electedTerm;
    private Runnable lostToo = () -> {};

    LogEvents(LogListener listener) {
        this.listener = listener;
    }

    /** Returns the term that this member serves, 0 if it serves none. Any thread may ask. */
    long servingTerm() {
        return servingTerm;
    }

    void committed(CommittedEntry entry) {
        listener.onCommitted(entry);
    }

    void snapshot(InstalledSnapshot snapshot) {
        listener.onSnapshot(snapshot);
    }

    void snapshotWanted() {
        listener.onSnapshotWanted();
    }

    boolean hasRoom() {
        return listener.hasRoom();
    }

    void elected(long term) {
        electedTerm = term;
        listener.onElected(term);
    }

    void serving(long term) {
        servingTerm = term;
        listener.onServing(term);
    }

    /** Closes the door for proposals before anyone is told. */
    void lost() {
        long term = electedTerm;
        if (term != 0) {
            servingTerm = 0;
            electedTerm = 0;
            lostToo.run();
            listener.onLost(term);
        }
    }

    /** Has something else done, before the listener is told, when a term is lost. */
    void whenLost(Runnable then) {
        lostToo = then;
    }

    void refused(String byMember, String reason) {
        listener.onRefused(byMember, reason);
    }

    /** The last call; {@link LogLife} sees to it that there is but one. */
    void stopped(@Nullable Throwable cause) {
        listener.onStopped(cause);
    }
}
