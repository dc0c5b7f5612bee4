package dev.polder.raft;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When a leader was last in touch with a majority. Owned by the log's thread; {@link #silenceNanos()} may be
 * called by any.
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

    /** The others are these from here on; who is new among them follows, as far as is known. */
    void change(List<String> peers) {
        followedNanos.keySet().retainAll(peers);
        long now = time.nanos();
        peers.forEach(peer -> followedNanos.putIfAbsent(peer, now));
        look();
    }

    /** Returns the time that belongs to what is sent now. */
    long now() {
        return time.nanos();
    }

    /** A peer has answered what was sent at that time, as a follower. */
    void followed(String peer, long sentNanos) {
        if (followedNanos.computeIfPresent(peer, (name, before) -> Math.max(before, sentNanos)) != null) {
            look();
        }
    }

    private void look() {
        long[] times = new long[followedNanos.size()];
        int filled = 0;
        for (long followed : followedNanos.values()) {
            times[filled++] = followed;
        }
        Arrays.sort(times);
        // with this member they are a majority
        int needed = (times.length + 1) / 2;
        majorityNanos = times[times.length - needed];
    }

    /** Returns whether a peer has followed what was sent within that time. */
    boolean hasFollowed(String peer, Duration within) {
        Long followed = followedNanos.get(peer);
        return followed != null && time.nanos() - followed < within.toNanos();
    }

    /**
     * Returns how long ago a peer followed, in nanoseconds; since the beginning of the term if it has not. The log's
     * thread.
     */
    long silenceNanos(String peer) {
        Long nanos = followedNanos.get(peer);
        return nanos == null ? Long.MAX_VALUE : time.nanos() - nanos;
    }

    /**
     * Returns how long ago so many peers at once followed that they and this member are a majority, in nanoseconds; since
     * the beginning of the term at most.
     */
    long silenceNanos() {
        return time.nanos() - majorityNanos;
    }
}
