package dev.polder.raft;

import io.atomix.cluster.ClusterMembershipService;
import io.atomix.cluster.MemberId;
import io.atomix.primitive.PrimitiveTypeRegistry;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.cluster.impl.RaftClusterContext;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.impl.RaftServiceRegistry;
import io.atomix.protocols.raft.protocol.RaftServerProtocol;
import io.atomix.protocols.raft.roles.RaftRole;
import io.atomix.protocols.raft.session.RaftSessionRegistry;
import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.log.RaftLog;
import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.snapshot.SnapshotStore;
import io.atomix.protocols.raft.storage.system.MetaStore;
import io.atomix.protocols.raft.utils.LoadMonitor;
import io.atomix.utils.concurrent.ThreadContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PolderRaftContext} as Atomix's leader sees it. No constructor of it ever runs, see {@link AtomixAccess#hollow}: that
 * of Atomix opens a journal, a serializer and management beans that nobody needs. So none of Atomix's own fields has a value,
 * and every method that a leader calls is overridden.
 */
final class AtomixContext extends RaftContext {
    private PolderRaftContext member;
    private RaftSessionRegistry noSessions;
    private RaftServerProtocol toPeers;

    @SuppressWarnings("UnusedMethod") // never runs, and a class must have one
    private AtomixContext(PolderRaftContext member, RaftSessionRegistry sessions, RaftServerProtocol protocol) {
        super("", null, null, null, null, null, null, false);
        this.member = member;
        noSessions = sessions;
        toPeers = protocol;
    }

    static AtomixContext of(PolderRaftContext member, RaftParts parts) {
        AtomixContext context = parts.access().hollow(AtomixContext.class);
        context.member = member;
        context.noSessions = new RaftSessionRegistry();
        context.toPeers = AtomixAccess.protocol(parts);
        return context;
    }

    @Override
    public MemberId localMemberId() {
        return MemberId.from(member.getName());
    }

    @Override
    public String getName() {
        return member.getName();
    }

    @Override
    public ThreadContext getThreadContext() {
        return member.getThreadContext();
    }

    @Override
    public void checkThread() {
        member.checkThread();
    }

    @Override
    public RaftServerProtocol getProtocol() {
        return toPeers;
    }

    @Override
    public Duration getElectionTimeout() {
        return member.getElectionTimeout();
    }

    @Override
    public Duration getHeartbeatInterval() {
        return member.getHeartbeatInterval();
    }

    @Override
    public RaftClusterContext getCluster() {
        return member.getCluster();
    }

    // ---- the log

    @Override
    public RaftLog getLog() {
        return member.logView();
    }

    @Override
    public RaftLogWriter getLogWriter() {
        return member.getLogWriter();
    }

    @Override
    public RaftLogReader getLogReader() {
        return member.getLogReader();
    }

    @Override
    public MetaStore getMetaStore() {
        return member.getMetaStore();
    }

    @Override
    public SnapshotStore getSnapshotStore() {
        return member.getSnapshotStore();
    }

    @Override
    public long getCommitIndex() {
        return member.getCommitIndex();
    }

    @Override
    public long setCommitIndex(long index) {
        return member.setCommitIndex(index);
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
        return member.getLastApplied();
    }

    @Override
    public void setLastApplied(long index) {}

    // ---- terms, votes, roles

    @Override
    public long getTerm() {
        return member.getTerm();
    }

    @Override
    public void setTerm(long term) {
        member.setTerm(term);
    }

    @Override
    public @Nullable MemberId getLastVotedFor() {
        return member.getLastVotedFor();
    }

    @Override
    public void setLastVotedFor(MemberId candidate) {
        member.setLastVotedFor(candidate);
    }

    @Override
    public @Nullable DefaultRaftMember getLeader() {
        return member.getLeader();
    }

    @Override
    public void setLeader(@Nullable MemberId leader) {
        member.setLeader(leader);
    }

    @Override
    public boolean isLeader() {
        return member.isLeader();
    }

    @Override
    public RaftRole getRaftRole() {
        return member.getRaftRole();
    }

    @Override
    public RaftServer.Role getRole() {
        return member.getRole();
    }

    /** Changes nothing: whoever is not in the list follows all the same, and does not stand. */
    @Override
    public void transition(RaftMember.Type type) {}

    @Override
    public void transition(RaftServer.Role target) {
        member.transition(target);
    }

    @Override
    public State getState() {
        return State.READY;
    }

    // ---- what this log has no use for

    @Override
    public RaftServiceManager getServiceManager() {
        return member.getServiceManager();
    }

    @Override
    public ClusterMembershipService getMembershipService() {
        return new NoMembership();
    }

    @Override
    public RaftSessionRegistry getSessions() {
        return noSessions;
    }

    @Override
    public RaftServiceRegistry getServices() {
        throw unused("primitives");
    }

    @Override
    public PrimitiveTypeRegistry getPrimitiveTypes() {
        throw unused("primitives");
    }

    @Override
    public Duration getSessionTimeout() {
        throw unused("sessions");
    }

    @Override
    public LoadMonitor getLoadMonitor() {
        throw unused("primitives");
    }

    @Override
    public RaftStorage getStorage() {
        throw unused("storage of Atomix");
    }

    private static UnsupportedOperationException unused(String what) {
        return new UnsupportedOperationException("this log has no " + what);
    }

    @Override
    public String toString() {
        return member.getName();
    }

    @Override
    public void close() {}
}
