package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.roles.ActiveRole;
import io.atomix.protocols.raft.roles.RaftRole;
import java.util.concurrent.CompletableFuture;

/** Enters a new term, votes for itself and, where no other vote is needed, leads. */
final class PolderCandidate extends ActiveRole {
    PolderCandidate(RaftContext context) {
        super(context);
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
        raft.setTerm(raft.getTerm() + 1);
        raft.setLastVotedFor(raft.localMemberId());
        if (raft.getCluster().getQuorum() == 1) {
            raft.transition(RaftServer.Role.LEADER);
        }
    }
}
