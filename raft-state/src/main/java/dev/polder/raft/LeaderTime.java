package dev.polder.raft;

/**
 * For how long the group has had a leader, in milliseconds: a time that every member agrees on, because the log says it,
 * and that never falls. While nobody leads it stands still. Owned by the log's thread.
 *
 * <p>A leader adds what has passed on its own monotonic clock since it serves, which is when it knows all that leaders
 * before it have said, and says so with an entry before others when a millisecond has passed. So an idle log does not
 * grow.
 */
final class LeaderTime {
    private static final long NANOS_PER_MS = 1_000_000;

    private final RaftTime time;
    /** Of the entries that come next. */
    private long appliedMs;

    private long servingFromMs;
    private long servingFromNanos;
    private long saidMs;

    LeaderTime(RaftTime time) {
        this.time = time;
    }

    /** An entry with a time was applied. */
    void applied(long ms) {
        appliedMs = Math.max(appliedMs, ms);
    }

    /** Returns the time of the entry that is applied next, unless it says another. */
    long appliedMs() {
        return appliedMs;
    }

    /** This member serves a term from now on; all that was before is applied. */
    void serve() {
        servingFromMs = appliedMs;
        servingFromNanos = time.nanos();
        saidMs = appliedMs;
    }

    /** Returns the time that the leader has to say before its next entry; 0 if it has said the same. */
    long toSayMs() {
        long before = saidMs;
        long nowMs = sayMs();
        return nowMs > before ? nowMs : 0;
    }

    /** Returns the time for an entry that is to be appended in any case. */
    long sayMs() {
        saidMs = Math.max(saidMs, servingFromMs + (time.nanos() - servingFromNanos) / NANOS_PER_MS);
        return saidMs;
    }
}
