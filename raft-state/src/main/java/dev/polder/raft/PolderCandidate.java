package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.roles.RaftRole;
import java.util.concurrent.CompletableFuture;

/** Enters a new term, votes for itself and, where no other vote is needed, leads. Owned by the log's thread. */
final class PolderCandidate extends VotingRole {
    PolderCandidate(PolderRaftContext context) {
        super(context);
    }

    @Override
    public RaftServer.Role role() {
        return RaftServer.Role.CANDIDATE;
    }

    @Override
    public CompletableFuture<RaftRole> start() {
        return super.start().thenApply(nothing -> {
            context.getThreadContext().execute(this::elect);
            return this;
        });
    }

    private void elect() {
        if (!isRunning()) {
            return;
        }
        context.voteForSelf();
        if (context.getCluster().getQuorum() == 1) {
            context.transition(RaftServer.Role.LEADER);
        }
    }
}
