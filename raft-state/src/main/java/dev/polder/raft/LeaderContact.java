package dev.polder.raft;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * When this member last heard from a leader of its term. Who heard one within the election time-out helps nobody to
 * depose it: a member that lost its connection alone would otherwise stop the whole group. And a leader counts on that,
 * see {@link KnownLeader#isFollowed()}. Owned by the log's thread.
 *
 * <p>What this member heard before its start it does not know, and a leader may count on that still. So for an election
 * time-out after the start any other of the members that it knows is taken for such a leader, until it is known that it is none: it has met
 * this start of the member, or its own process has ended since.
 */
final class LeaderContact {
    private final RaftTime time;
    private final long electionTimeoutNanos;
    private final long startedNanos;
    /** Those that this member may have followed before its start. */
    private final Set<String> suspects;

    private long heardNanos;
    private boolean heard;

    /**
     * Begins with the start of a member.
     *
     * @param startedNanos when its process before this one was dead for certain
     * @param suspects the others if it has taken part before, nobody if not
     */
    LeaderContact(RaftTime time, Duration electionTimeout, long startedNanos, List<String> suspects) {
        this.time = time;
        electionTimeoutNanos = electionTimeout.toNanos();
        this.startedNanos = startedNanos;
        this.suspects = new HashSet<>(suspects);
    }

    void heard() {
        heardNanos = time.nanos();
        heard = true;
    }

    /** The leader is known to be dead. */
    void forget() {
        heard = false;
    }

    /** That member does not count on what this one heard before its start. */
    void clear(String member) {
        suspects.remove(member);
    }

    /** Tells whether a leader was heard within the election time-out. */
    boolean hasHeard() {
        return heard && time.nanos() - heardNanos < electionTimeoutNanos;
    }

    /** Tells whether a leader was heard so lately, or may have been, that it must be taken to live. */
    boolean isRecent() {
        return hasHeard() || (!suspects.isEmpty() && time.nanos() - startedNanos < electionTimeoutNanos);
    }
}
