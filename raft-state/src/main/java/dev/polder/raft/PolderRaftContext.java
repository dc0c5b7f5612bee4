package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.roles.ActiveRole;
import io.atomix.protocols.raft.roles.InactiveRole;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.protocols.raft.roles.RaftRole;
import io.atomix.protocols.raft.storage.log.RaftLog;
import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.snapshot.SnapshotStore;
import io.atomix.protocols.raft.storage.system.MetaStore;
import io.atomix.utils.concurrent.ThreadContext;
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

    private final @Nullable RaftParts ownParts;
    private final RaftLogReader reader;
    private final NoSnapshots snapshots;
    private final Proposer proposer;
    private final Applier applier;
    private @Nullable RaftRole ownRole;
    private @Nullable MemberId leader;
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

    /** Takes part, in the role that the member list gives this member. */
    void begin() {
        transition(cluster.getMember().getType());
    }

    /** Follows again, if this member leads that term. */
    void stepDown(long term) {
        if (ownRole instanceof LeaderRole && getTerm() == term) {
            setLeader(null);
            transition(RaftServer.Role.FOLLOWER);
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

    /** Commits and applies. Where there is no other voter, only after the entries are on this disk. */
    @Override
    public long setCommitIndex(long index) {
        return parts().failStop().guard(() -> {
            long previous = commitIndex;
            FactLog log = log();
            long target = Math.min(index, log.lastIndex());
            if (target > previous) {
                if (cluster.getActiveMemberStates().isEmpty()) {
                    parts().gate().pass(log);
                }
                commitIndex = target;
                log.commit(target);
                terms().raiseCommitted(Math.min(target, log.durableIndex()));
                applier.apply(target, ownRole instanceof LeaderRole ? getTerm() : 0);
            }
            return previous;
        });
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
                leader = null;
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
        parts().failStop().guard(() -> terms().voteFor(candidate.id()));
    }

    /** Enters the next term with the vote for this member; one write instead of two. */
    void voteForSelf() {
        String self = parts().self().id();
        parts().failStop().guard(() -> terms().enterAndVoteFor(getTerm() + 1, self));
        leader = null;
    }

    @Override
    public @Nullable DefaultRaftMember getLeader() {
        return leader == null ? null : cluster.getMember(leader);
    }

    /** Leaves the vote of the term alone: whoever clears it may vote twice. */
    @Override
    public void setLeader(@Nullable MemberId member) {
        leader = member == null || cluster.getMember(member) == null ? null : member;
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
        } else if (!(getRaftRole() instanceof ActiveRole)) {
            transition(RaftServer.Role.FOLLOWER);
        }
    }

    @Override
    public void transition(RaftServer.Role target) {
        checkThread();
        parts().failStop().guard(() -> {
            RaftRole from = getRaftRole();
            if (from.role() != target) {
                if (from instanceof LeaderRole) {
                    proposer.lost();
                    parts().events().lost();
                }
                from.stop().join();
                LOG.info("event=role member={} term={} role={}", getName(), getTerm(), target);
                RaftRole to = roleOf(target);
                ownRole = to;
                to.start().join();
            }
        });
    }

    private RaftRole roleOf(RaftServer.Role role) {
        return switch (role) {
            case FOLLOWER -> new PolderFollower(this);
            case CANDIDATE -> new PolderCandidate(this);
            case LEADER -> new LeaderRole(this);
            case INACTIVE -> new InactiveRole(this);
            case PASSIVE, PROMOTABLE -> throw new IllegalArgumentException("no member of this log is " + role);
        };
    }
}
