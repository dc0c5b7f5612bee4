package dev.polder.raft;

import java.util.List;
import java.util.Optional;

/**
 * How a member and its log are, a moment ago.
 *
 * @param memberId the member
 * @param role what it does
 * @param term its term
 * @param members all members, itself among them
 * @param lastIndex the last entry of its log
 * @param durableIndex the last one on its disk
 * @param committedIndex the last one of which it knows that a majority has it
 * @param appliedIndex the last one that was told
 * @param floorIndex the entry before the first that is kept, 0 if all are
 * @param snapshotIndex the last entry whose effects are in the newest snapshot here, 0 without one
 * @param fetch how far the snapshot is that is being fetched from a leader; empty while none is
 * @param peers what a leader knows of the others, in the order of their names; empty at others
 * @param refusals who does not talk to this member, or is refused by it, in the order of their names
 * @param unreached whom this member calls and does not reach, and at a leader who does not answer it, in the order of their
 *     names
 * @param lastLoss why it lost or gave up its last lead; empty if it has lost none since the start
 * @param whyNotStand why it must not stand for election; empty if it may
 * @param diskShortage why it takes no entries; empty while its disk has room
 * @param forces how long this member's log took to be forced to the disk, since the start
 * @param commits from a proposal here to its commit
 * @param reads from the question of {@link ReplicatedLog#readIndex} to its answer, confirmed or not
 */
public record LogStatus(
        String memberId,
        Role role,
        long term,
        List<String> members,
        long lastIndex,
        long durableIndex,
        long committedIndex,
        long appliedIndex,
        long floorIndex,
        long snapshotIndex,
        Optional<Fetch> fetch,
        List<Peer> peers,
        List<Refusal> refusals,
        List<Unreached> unreached,
        Optional<String> lastLoss,
        Optional<String> whyNotStand,
        Optional<String> diskShortage,
        LatencyPercentiles forces,
        LatencyPercentiles commits,
        LatencyPercentiles reads) {
    /** What a member does in its group. */
    public enum Role {
        /** It does not take part: not yet, or no more. */
        NONE,
        FOLLOWER,
        /** It asks for votes. */
        CANDIDATE,
        /** It was elected; whether it serves, and is followed, is another question. */
        LEADER
    }

    /**
     * A snapshot on its way here.
     *
     * @param from the member that has it
     * @param index the last entry whose effects are in it
     * @param receivedBytes what is here already
     * @param bytes what it has
     */
    public record Fetch(String from, long index, long receivedBytes, long bytes) {}

    /**
     * Another member, as its leader knows it.
     *
     * @param memberId the other member
     * @param lagEntries how many entries of the leader's log it is not known to have
     * @param silenceMs how long ago that was sent which it has last answered as a follower
     */
    public record Peer(String memberId, long lagEntries, long silenceMs) {}

    /**
     * Two that do not talk to each other, until somebody acts.
     *
     * @param memberId the other one, as it is called or calls itself
     * @param reason the last one that either of the two gave, in words
     */
    public record Refusal(String memberId, String reason) {}

    /**
     * Another member that cannot be reached now, or a node that is to become one.
     *
     * @param memberId the other one
     * @param reason in words
     */
    public record Unreached(String memberId, String reason) {}

    public LogStatus {
        members = List.copyOf(members);
        peers = List.copyOf(peers);
        refusals = List.copyOf(refusals);
        unreached = List.copyOf(unreached);
    }
}
