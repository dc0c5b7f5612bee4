package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.roles.RaftRole;
import java.util.concurrent.CompletableFuture;

/** Follows a leader. Where there is nobody to follow it stands at once. Owned by the log's thread. */
final class PolderFollower extends VotingRole {
    PolderFollower(PolderRaftContext context) {
        super(context);
    }

    @Override
    public RaftServer.Role role() {
        return RaftServer.Role.FOLLOWER;
    }

    @Override
    public CompletableFuture<RaftRole> start() {
        return super.start().thenApply(nothing -> {
            if (context.getCluster().getActiveMemberStates().isEmpty()) {
                // Not from here: the transition to this role is still running.
                context.getThreadContext().execute(this::stand);
            }
            return this;
        });
    }

    private void stand() {
        if (isRunning()) {
            context.transition(RaftServer.Role.CANDIDATE);
        }
    }
}
