package dev.polder.raft;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When a leader was last in touch with a majority. Owned by the log's thread; {@link #silenceNanos()} may be called by any.
 */
final class QuorumContact {
    private final RaftTime time;
    /** When what a peer has answered was sent to it: no later than that it was known to follow. */
    private final Map<String, Long> followedNanos = new HashMap<>();

    private volatile long majorityNanos;

    QuorumContact(RaftTime time) {
        this.time = time;
    }

    /** A term begins, with everybody's votes. */
    void begin(List<String> peers) {
        long now = time.nanos();
        followedNanos.clear();
        peers.forEach(peer -> followedNanos.put(peer, now));
        majorityNanos = now;
    }

    /** Returns the time that belongs to what is sent now. */
    long now() {
        return time.nanos();
    }

    /** A peer has answered what was sent at that time, as a follower. */
    void followed(String peer, long sentNanos) {
        followedNanos.merge(peer, sentNanos, Math::max);
        long[] times =
                followedNanos.values().stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(times);
        // with this member they are a majority
        int needed = (times.length + 1) / 2;
        majorityNanos = times[times.length - needed];
    }

    /**
     * Returns how long ago so many peers at once followed that they and this member are a majority, in nanoseconds; since
     * the beginning of the term at most.
     */
    long silenceNanos() {
        return time.nanos() - majorityNanos;
    }
}
