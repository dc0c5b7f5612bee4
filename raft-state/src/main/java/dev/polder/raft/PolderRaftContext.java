package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.cluster.impl.RaftClusterContext;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.protocols.raft.roles.RaftRole;
import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.snapshot.SnapshotStore;
import io.atomix.protocols.raft.storage.system.MetaStore;
import io.atomix.utils.concurrent.ThreadContext;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member's state, over its log, term store, roles and thread; Atomix's leader sees it as an {@link AtomixContext}. Owned
 * by the log's thread once {@link #begin} was handed to it.
 *
 * <p>What must be different from Atomix, beside the log and the term store: a new leader does not clear the vote of its
 * term; nothing is committed before it is durable here, where no one else votes; no index has to be reached before a
 * follower may stand; a failure in here stops the member, where Atomix would drop it and go on.
 */
final class PolderRaftContext {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    /** Longer than an election takes: survivors that stand together win nothing. */
    private static final Duration STAGGER = Duration.ofMillis(20);

    private final RaftParts parts;
    private final Duration electionTimeout;
    private final Duration heartbeatInterval;
    private final AtomixContext atomix;
    private final RaftClusterContext cluster;
    private final PolderMetaStore metaStore;
    private final RaftLogReader reader;
    private final NoSnapshots snapshots;
    private final Proposer proposer;
    private final ReadIndex reads;
    private final HandOver handOver;
    private final MemberChanges changes;
    private final Adoption members;
    private final Applier applier;
    private final SnapshotSaves saves;
    private final SnapshotFetch fetch;
    private final KnownLeader leader;
    private final Roles roles;
    private long commitIndex;

    PolderRaftContext(RaftConfig config, RaftParts parts) {
        this.parts = parts;
        electionTimeout = config.electionTimeout();
        heartbeatInterval = config.heartbeatInterval();
        reader = parts.logView().openReader(1);
        metaStore = PolderMetaStore.of(parts.membership().current(), parts.access());
        snapshots = parts.access().hollow(NoSnapshots.class);
        atomix = AtomixContext.of(this, parts);
        cluster = new RaftClusterContext(parts.self(), atomix);
        proposer = new Proposer(this, parts, config.proposalBytesMax());
        saves = new SnapshotSaves(this, parts);
        fetch = new SnapshotFetch(this, parts);
        applier = new Applier(this, parts, proposer, saves);
        leader = new KnownLeader(this, parts);
        parts.failurePace().begin(this::peer);
        reads = new ReadIndex(this, parts);
        handOver = new HandOver(this, parts, proposer);
        changes = new MemberChanges(this, parts, handOver);
        members = new Adoption(this, parts, changes);
        roles = new Roles(this, parts, new LeaderWork(proposer, reads, handOver, changes));
    }

    /** Returns this member as Atomix sees it. */
    AtomixContext atomix() {
        return atomix;
    }

    String getName() {
        return parts.self().id();
    }

    Duration getElectionTimeout() {
        return electionTimeout;
    }

    Duration getHeartbeatInterval() {
        return heartbeatInterval;
    }

    RaftClusterContext getCluster() {
        return cluster;
    }

    Proposer proposer() {
        return proposer;
    }

    ReadIndex reads() {
        return reads;
    }

    HandOver handOver() {
        return handOver;
    }

    MemberChanges changes() {
        return changes;
    }

    /** A leader says that this one is no member any more. Returns whether it goes. */
    boolean removed(PeerRequest.Removed request) {
        return members.removed(request);
    }

    /** The listener has room again. Any thread may call. */
    void resume() {
        applier.resume();
    }

    SnapshotSaves saves() {
        return saves;
    }

    SnapshotFetch fetch() {
        return fetch;
    }

    /** Nothing is saved or fetched any more. */
    void closeSnapshots() {
        saves.close();
        fetch.close();
    }

    /** Returns where term and vote are kept, and nowhere else. */
    TermStore terms() {
        return parts.terms();
    }

    FactLog log() {
        return parts.log();
    }

    /** Returns the other members. */
    List<RaftMemberContext> peers() {
        return cluster.getActiveMemberStates();
    }

    /** Returns the names of the other members. */
    List<String> peerNames() {
        return peers().stream().map(peer -> peer.getMember().memberId().id()).toList();
    }

    /** Returns another member, null if there is none of that name. */
    @Nullable
    RaftMemberContext peer(String member) {
        return cluster.getMemberState(MemberId.from(member));
    }

    /** Tells whether this member leads, and a majority elects nobody else yet. Any thread may ask. */
    boolean isFollowed() {
        return leader.isFollowed();
    }

    /**
     * Returns whom this member takes for the leader; null if for none, or for itself while it is not followed. Any thread
     * may ask.
     */
    @Nullable
    LogLeader knownLeader() {
        return leader.known();
    }

    Roles roles() {
        return roles;
    }

    /**
     * Takes part: who is in no list follows, too, and waits to be added. What was committed when this member ended is so
     * still; it is applied while a leader is found, not after.
     */
    void begin() {
        members.begin();
        SnapshotFile newest = parts.snapshots().newest();
        if (newest != null) {
            beginWith(newest);
        }
        transition(RaftServer.Role.FOLLOWER);
        setCommitIndex(log().commitIndex());
        // a start after a crash misses the segments before this one if they are gone, and hands them out at once
        log().whenSegmentBegins(terms()::store);
    }

    /**
     * A snapshot that a leader offered is here, durably. Whoever leads by now has all its entries; so has who was sent
     * them meanwhile.
     */
    void fetched(SnapshotFile snapshot) {
        if (leadingTerm() == 0 && snapshot.id().index() > commitIndex) {
            if (!log().has(snapshot.entry())) {
                log().restart(snapshot.entry());
            }
            parts.membership().installed(snapshot.id().index(), snapshot.head().place(), log().lastIndex());
            LOG.info(
                    "event=snapshot_installed member={} index={}",
                    getName(),
                    snapshot.id().index());
            beginWith(snapshot);
            saves.installed();
        }
    }

    private void beginWith(SnapshotFile snapshot) {
        commitIndex = snapshot.id().index();
        log().commit(commitIndex);
        terms().raiseCommitted(commitIndex);
        applier.restore(snapshot);
    }

    /** Tells whether this member takes part: it does not before {@link #begin} and after its end. */
    boolean takesPart() {
        return getRole() != RaftServer.Role.INACTIVE;
    }

    /**
     * Follows again, if this member leads that term.
     *
     * @param reason in words, for people
     */
    void stepDown(long term, String reason) {
        if (getRaftRole() instanceof LeaderRole && getTerm() == term) {
            roles.leaving(reason);
            setLeader(null);
            transition(RaftServer.Role.FOLLOWER);
        }
    }

    /** A leader of this term or a higher one was heard: this member follows it. */
    void follow(String heard, long term) {
        if (getRaftRole() instanceof LeaderRole && term == getTerm()) {
            throw new IllegalStateException(heard + " leads term " + term + ", and so does " + getName());
        }
        if (getRaftRole() instanceof LeaderRole) {
            roles.leaving(heard + " leads term " + term);
        }
        transition(RaftServer.Role.FOLLOWER);
        setTerm(term);
        setLeader(MemberId.from(heard));
        parts.leaderContact().heard();
        handOver.follows(heard, term);
        if (getRaftRole() instanceof PolderFollower follower) {
            follower.heard();
        }
    }

    /**
     * The process of a member is dead. If it led, the survivors stand one after the other; if it followed, its next
     * process has forgotten that.
     */
    void peerDied(String member) {
        parts.leaderContact().clear(member);
        parts.appends().contact().died(member);
        if (getRaftRole() instanceof PolderFollower follower && member.equals(leaderName())) {
            long before = parts.membership().current().names().stream()
                    .filter(one -> !one.equals(member) && one.compareTo(getName()) < 0)
                    .count();
            LOG.info("event=leader_died member={} term={} leader={}", getName(), getTerm(), member);
            follower.leaderDied(STAGGER.multipliedBy(before));
        }
    }

    /** A member can be reached, again or for the first time, and has met this one's process. */
    void peerBack(String member) {
        parts.leaderContact().clear(member);
        parts.failurePace().release(member);
        if (getRaftRole() instanceof PolderFollower follower) {
            follower.peerBack();
        }
    }

    PolderLog logView() {
        return parts.logView();
    }

    ThreadContext getThreadContext() {
        return parts.thread();
    }

    void checkThread() {
        parts.thread().checkThread();
    }

    RaftLogWriter getLogWriter() {
        return parts.logView().writer();
    }

    RaftLogReader getLogReader() {
        return reader;
    }

    MetaStore getMetaStore() {
        return metaStore;
    }

    SnapshotStore getSnapshotStore() {
        return snapshots;
    }

    RaftServiceManager getServiceManager() {
        return applier;
    }

    long getCommitIndex() {
        return commitIndex;
    }

    /** Commits and applies. Where there is no other member, only after the entries are on this disk. */
    long setCommitIndex(long index) {
        return parts.failStop().guard(() -> {
            long previous = commitIndex;
            FactLog log = log();
            long target = Math.min(index, log.lastIndex());
            if (target > previous) {
                if (cluster.getActiveMemberStates().isEmpty()) {
                    parts.rules().gates().lone().pass(log, target);
                }
                commitIndex = target;
                log.commit(target);
                parts.membership().committed(target);
                terms().raiseCommitted(Math.min(target, log.durableIndex()));
                applier.apply();
                changes.committed();
                handOver.committed();
            }
            return previous;
        });
    }

    /** Returns the term that this member leads, 0 if it leads none. */
    long leadingTerm() {
        return getRaftRole() instanceof LeaderRole ? getTerm() : 0;
    }

    long getLastApplied() {
        return applier.lastApplied();
    }

    long getTerm() {
        return terms().term();
    }

    void setTerm(long term) {
        parts.failStop().guard(() -> {
            if (terms().enter(term)) {
                setLeader(null);
            }
        });
    }

    @Nullable
    MemberId getLastVotedFor() {
        String vote = terms().vote();
        return vote == null ? null : MemberId.from(vote);
    }

    void setLastVotedFor(MemberId candidate) {
        parts.failStop().guard(() -> terms().voteIn(getTerm(), candidate.id()));
    }

    /** Enters the next term with the vote for this member; one write instead of two. */
    void voteForSelf() {
        voteIn(getTerm() + 1, getName());
    }

    /** Votes, durably, in the present term or a higher one, which is entered with it. */
    void voteIn(long term, String candidate) {
        parts.failStop().guard(() -> {
            boolean isHigher = term > getTerm();
            terms().voteIn(term, candidate);
            if (isHigher) {
                setLeader(null);
            }
        });
    }

    @Nullable
    DefaultRaftMember getLeader() {
        MemberId known = leader.leader();
        return known == null ? null : cluster.getMember(known);
    }

    /** Returns the leader's name, which need not be in the list here: it may be new; null for none. */
    @Nullable
    String leaderName() {
        MemberId known = leader.leader();
        return known == null ? null : known.id();
    }

    /** Leaves the vote of the term alone: whoever clears it may vote twice. */
    void setLeader(@Nullable MemberId member) {
        leader.set(member);
        if (member != null && !parts.rules().keepsVote()) {
            terms().forgetVote();
        }
    }

    boolean isLeader() {
        return leader.isSelf();
    }

    RaftRole getRaftRole() {
        return roles.current();
    }

    RaftServer.Role getRole() {
        return getRaftRole().role();
    }

    /** Returns why this member lost its last lead, null if it has lost none. */
    @Nullable
    String lastLoss() {
        return roles.lastLoss();
    }

    /** Stands although the leader is heard, which has asked for that. */
    void standInstead() {
        parts.failStop().guard(() -> roles.standInstead());
    }

    void transition(RaftServer.Role target) {
        checkThread();
        parts.failStop().guard(() -> roles.transition(target));
    }
}
