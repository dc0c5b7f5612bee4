package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.roles.InactiveRole;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.protocols.raft.roles.RaftRole;
import io.atomix.protocols.raft.storage.log.RaftLog;
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
 * One member's state as Atomix's leader sees it, over our log, term store, roles and thread.
 *
 * <p>Atomix's own context keeps all of this in private fields that its methods use; so every method that touches one of
 * them is overridden, and the fields hold scratch objects that nobody reads. The super constructor calls overridden
 * methods: until it is done the parts are found on the protocol object, which it stores first. Owned by the log's
 * thread once {@link #begin} was handed to it.
 *
 * <p>What must be different from Atomix, beside the log and the term store: a new leader does not clear the vote of its
 * term; nothing is committed before it is durable here, where no one else votes; no index has to be reached before a
 * follower may stand; a failure in here stops the member, where Atomix would drop it and go on.
 */
final class PolderRaftContext extends RaftContext {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    /** Longer than an election takes: survivors that stand together win nothing. */
    private static final Duration STAGGER = Duration.ofMillis(20);

    private final @Nullable RaftParts ownParts;
    private final RaftLogReader reader;
    private final NoSnapshots snapshots;
    private final Proposer proposer;
    private final Applier applier;
    private @Nullable RaftRole ownRole;
    private @Nullable LeaderTick tick;
    private @Nullable MemberId leader;
    private volatile @Nullable LogLeader knownLeader;
    private long commitIndex;

    PolderRaftContext(RaftParts parts, long proposalBytesMax) {
        super(
                parts.self().id(),
                parts.self(),
                new LoneMembership(parts.self()),
                AtomixAccess.protocol(parts),
                parts.scratch().storage(),
                new NoPrimitives(),
                () -> parts.thread(),
                false);
        parts.access().closeOwnThreads(this);
        ownParts = parts;
        reader = parts.logView().openReader(1);
        snapshots = new NoSnapshots(parts.scratch().storage());
        proposer = new Proposer(this, parts, proposalBytesMax);
        applier = new Applier(this, parts, proposer);
        ownRole = new InactiveRole(this);
    }

    private RaftParts parts() {
        RaftParts own = ownParts;
        return own == null ? ((AtomixAccess.Carrier) protocol).parts() : own;
    }

    Proposer proposer() {
        return proposer;
    }

    /** Returns where term and vote are kept, and nowhere else. */
    TermStore terms() {
        return parts().terms();
    }

    FactLog log() {
        return parts().log();
    }

    /** Returns the other members. */
    List<RaftMemberContext> peers() {
        return cluster.getActiveMemberStates();
    }

    /** Returns another member, null if there is none of that name. */
    @Nullable
    RaftMemberContext peer(String member) {
        return cluster.getMemberState(MemberId.from(member));
    }

    /** Tells whether this member leads, and a majority has followed it within the election time-out. Any thread may ask. */
    boolean isFollowed() {
        LogLeader known = knownLeader;
        return known != null
                && known.memberId().equals(getName())
                && (terms().members().size() == 1
                        || parts().appends().contact().silenceNanos()
                                < getElectionTimeout().toNanos());
    }

    /**
     * Returns whom this member takes for the leader; null if for none, or for itself while it is not followed. Any thread
     * may ask.
     */
    @Nullable
    LogLeader knownLeader() {
        LogLeader known = knownLeader;
        return known == null || !known.memberId().equals(getName()) || isFollowed() ? known : null;
    }

    /** Takes part, in the role that the member list gives this member. */
    void begin() {
        // the members are those of the log; Atomix need not configure its peers
        for (RaftMemberContext peer : cluster.getRemoteMemberStates()) {
            peer.setConfigTerm(Long.MAX_VALUE);
            peer.setConfigIndex(Long.MAX_VALUE);
        }
        transition(cluster.getMember().getType());
    }

    /** Tells whether this member takes part: it does not before {@link #begin} and after its end. */
    boolean takesPart() {
        return getRole() != RaftServer.Role.INACTIVE;
    }

    /** Follows again, if this member leads that term. */
    void stepDown(long term) {
        if (ownRole instanceof LeaderRole && getTerm() == term) {
            setLeader(null);
            transition(RaftServer.Role.FOLLOWER);
        }
    }

    /** A leader of this term or a higher one was heard: this member follows it. */
    void follow(String heard, long term) {
        if (ownRole instanceof LeaderRole && term == getTerm()) {
            throw new IllegalStateException(heard + " leads term " + term + ", and so does " + getName());
        }
        transition(RaftServer.Role.FOLLOWER);
        setTerm(term);
        setLeader(MemberId.from(heard));
        parts().leaderContact().heard();
        if (ownRole instanceof PolderFollower follower) {
            follower.heard();
        }
    }

    /** The process of a member is dead. If it led, the survivors stand one after the other. */
    void peerDied(String member) {
        DefaultRaftMember led = getLeader();
        if (ownRole instanceof PolderFollower follower
                && led != null
                && led.memberId().id().equals(member)) {
            long before = terms().members().stream()
                    .filter(one -> !one.equals(member) && one.compareTo(getName()) < 0)
                    .count();
            LOG.info("event=leader_died member={} term={} leader={}", getName(), getTerm(), member);
            follower.leaderDied(STAGGER.multipliedBy(before));
        }
    }

    /** A member can be reached, again or for the first time. */
    void peerBack(String member) {
        RaftMemberContext state = peer(member);
        if (state != null) {
            state.resetFailureCount();
        }
        if (ownRole instanceof PolderFollower follower) {
            follower.peerBack();
        }
    }

    @Override
    public ThreadContext getThreadContext() {
        return parts().thread();
    }

    @Override
    public void checkThread() {
        parts().thread().checkThread();
    }

    @Override
    public RaftLog getLog() {
        return parts().logView();
    }

    @Override
    public RaftLogWriter getLogWriter() {
        return parts().logView().writer();
    }

    @Override
    public RaftLogReader getLogReader() {
        return reader;
    }

    @Override
    public MetaStore getMetaStore() {
        return parts().metaStore();
    }

    @Override
    public SnapshotStore getSnapshotStore() {
        return snapshots;
    }

    @Override
    public RaftServiceManager getServiceManager() {
        return applier;
    }

    @Override
    public State getState() {
        return State.READY;
    }

    @Override
    public long getCommitIndex() {
        return commitIndex;
    }

    /** Commits and applies. Where there is no other member, only after the entries are on this disk. */
    @Override
    public long setCommitIndex(long index) {
        return parts().failStop().guard(() -> {
            long previous = commitIndex;
            FactLog log = log();
            long target = Math.min(index, log.lastIndex());
            if (target > previous) {
                if (cluster.getActiveMemberStates().isEmpty()) {
                    parts().gates().lone().pass(log, target);
                }
                commitIndex = target;
                log.commit(target);
                terms().raiseCommitted(Math.min(target, log.durableIndex()));
                applier.apply();
            }
            return previous;
        });
    }

    /** Returns the term that this member leads, 0 if it leads none. */
    long leadingTerm() {
        return ownRole instanceof LeaderRole ? getTerm() : 0;
    }

    /** Zero: a follower may stand at any time. */
    @Override
    public long getFirstCommitIndex() {
        return 0;
    }

    @Override
    public void setFirstCommitIndex(long index) {}

    @Override
    public long getLastApplied() {
        return applier.lastApplied();
    }

    @Override
    public void setLastApplied(long index) {}

    @Override
    public long getTerm() {
        return terms().term();
    }

    @Override
    public void setTerm(long term) {
        parts().failStop().guard(() -> {
            if (terms().enter(term)) {
                setLeader(null);
            }
        });
    }

    @Override
    public @Nullable MemberId getLastVotedFor() {
        String vote = terms().vote();
        return vote == null ? null : MemberId.from(vote);
    }

    @Override
    public void setLastVotedFor(MemberId candidate) {
        parts().failStop().guard(() -> terms().voteIn(getTerm(), candidate.id()));
    }

    /** Enters the next term with the vote for this member; one write instead of two. */
    void voteForSelf() {
        voteIn(getTerm() + 1, getName());
    }

    /** Votes, durably, in the present term or a higher one, which is entered with it. */
    void voteIn(long term, String candidate) {
        parts().failStop().guard(() -> {
            boolean isHigher = term > getTerm();
            terms().voteIn(term, candidate);
            if (isHigher) {
                setLeader(null);
            }
        });
    }

    @Override
    public @Nullable DefaultRaftMember getLeader() {
        return leader == null ? null : cluster.getMember(leader);
    }

    /** Leaves the vote of the term alone: whoever clears it may vote twice. */
    @Override
    public void setLeader(@Nullable MemberId member) {
        leader = member == null || cluster.getMember(member) == null ? null : member;
        knownLeader = leader == null ? null : new LogLeader(leader.id(), getTerm());
    }

    @Override
    public boolean isLeader() {
        return parts().self().equals(leader);
    }

    @Override
    public RaftRole getRaftRole() {
        RaftRole role = ownRole;
        return role == null ? super.getRaftRole() : role;
    }

    @Override
    public RaftServer.Role getRole() {
        return getRaftRole().role();
    }

    @Override
    public void transition(RaftMember.Type type) {
        if (type != RaftMember.Type.ACTIVE) {
            transition(RaftServer.Role.INACTIVE);
        } else if (!takesPart()) {
            transition(RaftServer.Role.FOLLOWER);
        }
    }

    @Override
    public void transition(RaftServer.Role target) {
        checkThread();
        parts().failStop().guard(() -> {
            RaftRole from = getRaftRole();
            if (from.role() != target) {
                leave(from);
                LOG.info("event=role member={} term={} role={}", getName(), getTerm(), target);
                enter(roleOf(target));
            }
        });
    }

    private void leave(RaftRole role) {
        if (role instanceof LeaderRole) {
            proposer.lost();
            parts().events().lost();
            LeaderTick running = tick;
            if (running != null) {
                running.stop();
                tick = null;
            }
        }
        role.stop().join();
        parts().appends().failAll();
    }

    private void enter(RaftRole role) {
        ownRole = role;
        if (role instanceof LeaderRole) {
            parts().events().elected(getTerm());
        }
        role.start().join();
        if (ownRole == role && role instanceof LeaderRole leading && !peers().isEmpty()) {
            tick = LeaderTick.start(this, parts(), leading);
        }
    }

    private RaftRole roleOf(RaftServer.Role role) {
        return switch (role) {
            case FOLLOWER -> new PolderFollower(this, parts());
            case CANDIDATE -> new PolderCandidate(this, parts());
            case LEADER -> new LeaderRole(this);
            case INACTIVE -> new InactiveRole(this);
            case PASSIVE, PROMOTABLE -> throw new IllegalArgumentException("no member of this log is " + role);
        };
    }
}
