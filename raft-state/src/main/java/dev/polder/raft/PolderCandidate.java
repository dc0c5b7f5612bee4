package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.roles.ActiveRole;
import io.atomix.protocols.raft.roles.RaftRole;
import java.util.concurrent.CompletableFuture;

/** Enters a new term, votes for itself and, where no other vote is needed, leads. */
final class PolderCandidate extends ActiveRole {
    private final PolderRaftContext context;

    PolderCandidate(PolderRaftContext context) {
        super(context);
        this.context = context;
    }

    @Override
    public RaftServer.Role role() {
        return RaftServer.Role.CANDIDATE;
    }

    @Override
    public CompletableFuture<RaftRole> start() {
        return super.start().thenApply(nothing -> {
            raft.getThreadContext().execute(this::elect);
            return this;
        });
    }

    private void elect() {
        if (!isRunning()) {
            return;
        }
        context.voteForSelf();
        if (raft.getCluster().getQuorum() == 1) {
            raft.transition(RaftServer.Role.LEADER);
        }
    }
}
