package dev.polder.raft;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When a leader last heard from each of its peers. Owned by the log's thread. */
final class QuorumContact {
    private final RaftTime time;
    private final Map<String, Long> heardNanos = new HashMap<>();
    private long sinceNanos;

    QuorumContact(RaftTime time) {
        this.time = time;
    }

    /** A term begins, with everybody's votes. */
    void begin() {
        heardNanos.clear();
        sinceNanos = time.nanos();
    }

    void heard(String peer) {
        heardNanos.put(peer, time.nanos());
    }

    /**
     * Returns how long ago this member was last in touch with so many of the peers at once that they and it are a
     * majority, in nanoseconds; since the beginning of the term at most.
     */
    long silenceNanos(List<String> peers) {
        long now = time.nanos();
        int needed = (peers.size() + 1) / 2;
        long[] silences = peers.stream()
                .mapToLong(peer -> now - heardNanos.getOrDefault(peer, sinceNanos))
                .sorted()
                .toArray();
        return needed == 0 ? 0 : silences[needed - 1];
    }
}
