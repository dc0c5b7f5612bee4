package dev.polder.raft;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What this member says of itself, what it knows of the others, and whom it talks to. Owned by the log's thread; any thread
 * may ask for metadata, and tell the cluster id.
 *
 * <p>A member is refused that this one knows to be somebody else, or of another group. One that is not in the list here is
 * not: the list may be old. It is heard as any other, and can win nothing against those who have a newer one. Only who
 * says itself that it is in no list must wait until the leader calls it.
 */
final class PeerBook {
    /** So many are remembered at most; those that are no members are forgotten first. */
    private static final int MET_MAX = 64;

    private final String self;
    private final RaftPeers peers;
    private final Duration electionTimeout;
    private final long process;
    private final PeerIdentities identities;
    private final Map<String, Introduction> met = new HashMap<>();
    /** Bounded as {@code met} is. */
    private final Map<String, String> metadata = new ConcurrentHashMap<>();

    private @Nullable Membership membership;
    private Set<String> reached = Set.of();

    private volatile String clusterId;

    PeerBook(String self, RaftPeers peers, Duration electionTimeout, long process, PeerIdentities identities) {
        this.self = self;
        this.peers = peers;
        this.electionTimeout = electionTimeout;
        this.process = process;
        this.identities = identities;
        clusterId = peers.clusterId();
        metadata.put(self, peers.metadata());
    }

    /** Says where the members are looked up; before that nobody is introduced. */
    void begin(Membership members) {
        membership = members;
    }

    private MemberList list() {
        return place().list();
    }

    private Membership.Place place() {
        return membership().newest();
    }

    private Membership membership() {
        Membership begun = membership;
        if (begun == null) {
            throw new IllegalStateException("nobody is introduced before the beginning");
        }
        return begun;
    }

    String self() {
        return self;
    }

    /** Says whom this member calls, members or not. */
    void reach(Set<String> others) {
        reached = Set.copyOf(others);
    }

    Set<String> reached() {
        return reached;
    }

    /** Tells whether this member calls that one. */
    boolean reaches(String other) {
        return reached.contains(other);
    }

    Introduction introduction() {
        Membership.Place place = place();
        MemberList list = place.list();
        return new Introduction(
                self,
                list.names(),
                clusterId,
                peers.incarnation(),
                process,
                peers.metadata(),
                membership().committed().group(),
                membership().committed().recoveries(),
                !membership().hasSelf(self),
                place.index(),
                electionTimeout.toMillis());
    }

    /** Returns the incarnation of who was met under a name, this member's own too; empty if nobody was. */
    String incarnation(String member) {
        Introduction known = met.get(member);
        return member.equals(self) ? peers.incarnation() : known == null ? "" : known.incarnation();
    }

    /** Returns the election time-out of another member; null if it was not met. */
    @Nullable
    Duration electionTimeout(String member) {
        Introduction known = met.get(member);
        return known == null ? null : Duration.ofMillis(known.electionTimeoutMs());
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
        String objection = foreign(other);
        if (objection != null) {
            return objection;
        }
        GroupMember listed = list().find(other.member());
        return listed == null ? unlisted(other) : impostor(other, listed);
    }

    /**
     * Returns why it is not to be believed that a process lives which has introduced itself, in words; null if it is. What it
     * has sent may arrive after its next one was met, which would be taken for dead then.
     */
    @Nullable
    String late(Introduction other) {
        Introduction known = met.get(other.member());
        return known != null && known.incarnation().equals(other.incarnation()) && other.process() < known.process()
                ? other.member() + " has started again since: this was start " + other.process() + ", known is "
                        + known.process()
                : null;
    }

    private @Nullable String foreign(Introduction other) {
        if (other.member().equals(self)) {
            return other.member() + " is none of the other members of " + self + ", which are " + reached;
        }
        String cluster = clusterId;
        if (!cluster.isEmpty() && !other.clusterId().isEmpty() && !cluster.equals(other.clusterId())) {
            return "the clusters differ: " + self + " belongs to " + cluster + ", " + other.member() + " to "
                    + other.clusterId();
        }
        MemberList committed = membership().committed();
        GroupId group = committed.group();
        if (group.isNone() || other.group().isNone()) {
            return isNew(other) ? null : differs(committed, other);
        }
        if (!group.equals(other.group())) {
            return "the groups differ: " + self + " belongs to " + group + ", " + other.member() + " to "
                    + other.group()
                    + (committed.recoveries() == other.recoveries() ? "" : "; " + leftBehind(committed, other));
        }
        return committed.recoveries() == other.recoveries() ? null : leftBehind(committed, other);
    }

    /** One of the two at least is in no list and in no group yet. */
    private boolean isNew(Introduction other) {
        return (other.isJoining() && other.group().isNone())
                || (!membership().hasSelf(self)
                        && membership().committed().group().isNone());
    }

    /** One of the two at least does not know of a change of the members that is committed. */
    private @Nullable String differs(MemberList committed, Introduction other) {
        if (committed.recoveries() != other.recoveries()) {
            return leftBehind(committed, other);
        }
        boolean isFirst = place().index() == 0 && other.membersIndex() == 0;
        List<String> names = list().names();
        return !isFirst || other.members().equals(names)
                ? null
                : "the members differ: " + self + " has " + names + ", " + other.member() + " has " + other.members();
    }

    private String leftBehind(MemberList committed, Introduction other) {
        String behind = committed.recoveries() > other.recoveries() ? other.member() : self;
        return behind + " was left behind when the majority was given up: " + self + " counts "
                + committed.recoveries() + " such recoveries, " + other.member() + " " + other.recoveries()
                + "; it can come back with an empty directory, as a new member";
    }

    private @Nullable String unlisted(Introduction other) {
        if (!membership().hasSelf(self) || reaches(other.member())) {
            return null;
        }
        boolean bothBeganHere = place().index() == 0 && other.membersIndex() == 0;
        return other.isJoining() || bothBeganHere
                ? other.member() + " is none of the members of " + self + ", which are " + list().names()
                        + ", and nobody adds it now"
                : null;
    }

    /** Tells whether the list has that member. */
    boolean lists(String other) {
        return list().contains(other);
    }

    private @Nullable String impostor(Introduction other, GroupMember listed) {
        String known = listed.incarnation().isEmpty() ? identities.incarnation(other.member()) : listed.incarnation();
        if (known != null && !known.equals(other.incarnation()) && !knowsBetter(other)) {
            return "member " + other.member() + " came back without its disk: " + self + " knows it as incarnation "
                    + known + ", now it is " + other.incarnation()
                    + "; it must not rejoin under this name with an empty"
                    + " directory, for it has forgotten its votes and entries: give it back the directory it had,"
                    + " or remove that member and then add it as a new one";
        }
        return known == null && other.isJoining()
                ? other.member() + " is one of the members of " + self
                        + " already: as a new one it can come when that one is removed"
                : null;
    }

    /** A later list has that one as it is, so the one of that name here was removed, and this one made a member. */
    private boolean knowsBetter(Introduction other) {
        return other.membersIndex() > place().index() && !other.isJoining();
    }

    /**
     * Remembers a member that there is no objection to; durably, unless the list of members says who it is. Returns whether
     * it is another process than the one that was met before: that one is dead.
     */
    boolean meet(Introduction other) {
        GroupMember listed = list().find(other.member());
        if (listed != null && listed.incarnation().isEmpty() && !knowsBetter(other)) {
            identities.remember(other.member(), other.incarnation());
        }
        if (met.size() >= MET_MAX) {
            met.keySet().removeIf(name -> !list().contains(name) && !reaches(name));
            metadata.keySet().removeIf(name -> !name.equals(self) && !met.containsKey(name));
        }
        metadata.put(other.member(), other.metadata());
        Introduction before = met.put(other.member(), other);
        return before != null && !before.isOfSameProcess(other);
    }
}
