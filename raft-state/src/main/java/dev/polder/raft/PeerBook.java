package dev.polder.raft;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What this member says of itself, and what it knows of the others. Owned by the log's thread; any thread may ask for
 * metadata, and tell the cluster id.
 */
final class PeerBook {
    private final String self;
    private final RaftPeers peers;
    private final long process;
    private final PeerIdentities identities;
    private final Map<String, Long> processes = new HashMap<>();
    /** Bounded by the members, as {@code processes} is. */
    private final Map<String, String> metadata = new ConcurrentHashMap<>();

    private volatile String clusterId;

    PeerBook(String self, RaftPeers peers, long process, PeerIdentities identities) {
        this.self = self;
        this.peers = peers;
        this.process = process;
        this.identities = identities;
        clusterId = peers.clusterId();
        metadata.put(self, peers.metadata());
    }

    String self() {
        return self;
    }

    List<String> others() {
        return peers.members().stream().filter(member -> !member.equals(self)).toList();
    }

    Introduction introduction() {
        return new Introduction(self, peers.members(), clusterId, peers.incarnation(), process, peers.metadata());
    }

    String clusterId() {
        return clusterId;
    }

    /** The cluster is known from here on. Any thread. */
    synchronized void joined(String cluster) {
        if (!clusterId.isEmpty() && !clusterId.equals(cluster)) {
            throw new IllegalStateException(
                    "member " + self + " belongs to cluster " + clusterId + " and cannot join " + cluster);
        }
        clusterId = cluster;
    }

    /** Returns what a member says of itself; null if it was not met since the start. Any thread. */
    @Nullable
    String metadata(String member) {
        return metadata.get(member);
    }

    /** Returns why another member is not to be talked to, in words for both sides; null if it is. */
    @Nullable
    String objection(Introduction other) {
        if (!other.members().equals(peers.members())) {
            return "the members differ: " + self + " has " + peers.members() + ", " + other.member() + " has "
                    + other.members();
        }
        if (other.member().equals(self) || !peers.members().contains(other.member())) {
            return other.member() + " is none of the other members of " + self + ", which are " + others();
        }
        String cluster = clusterId;
        if (!cluster.isEmpty() && !other.clusterId().isEmpty() && !cluster.equals(other.clusterId())) {
            return "the clusters differ: " + self + " belongs to " + cluster + ", " + other.member() + " to "
                    + other.clusterId();
        }
        String known = identities.incarnation(other.member());
        if (known != null && !known.equals(other.incarnation())) {
            return "member " + other.member() + " came back without its disk: " + self + " knows it as incarnation "
                    + known + ", now it is " + other.incarnation()
                    + "; it must not rejoin under this name with an empty"
                    + " directory, for it has forgotten its votes and entries: give it back the directory it had";
        }
        return null;
    }

    /**
     * Remembers a member that there is no objection to, durably. Returns whether it is another process than the one that
     * was met before: that one is dead.
     */
    boolean meet(Introduction other) {
        identities.remember(other.member(), other.incarnation());
        metadata.put(other.member(), other.metadata());
        Long before = processes.put(other.member(), other.process());
        return before != null && before != other.process();
    }
}
