package dev.polder.raft;

import java.time.Duration;

/**
 * When this member last heard from a leader of its term. Who heard one within the election time-out helps nobody to
 * depose it: a member that lost its connection alone would otherwise stop the whole group. Owned by the log's thread.
 */
final class LeaderContact {
    private final RaftTime time;
    private final long electionTimeoutNanos;
    private long heardNanos;
    private boolean heard;

    LeaderContact(RaftTime time, Duration electionTimeout) {
        this.time = time;
        electionTimeoutNanos = electionTimeout.toNanos();
    }

    void heard() {
        heardNanos = time.nanos();
        heard = true;
    }

    /** The leader is known to be dead. */
    void forget() {
        heard = false;
    }

    /** Tells whether a leader was heard so lately that it must be taken to live. */
    boolean isRecent() {
        return heard && time.nanos() - heardNanos < electionTimeoutNanos;
    }
}
