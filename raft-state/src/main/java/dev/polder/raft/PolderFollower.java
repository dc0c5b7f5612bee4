package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.roles.ActiveRole;
import io.atomix.protocols.raft.roles.RaftRole;
import java.util.concurrent.CompletableFuture;

/** Follows a leader. Where there is nobody to follow it stands at once. */
final class PolderFollower extends ActiveRole {
    PolderFollower(RaftContext context) {
        super(context);
    }

    @Override
    public RaftServer.Role role() {
        return RaftServer.Role.FOLLOWER;
    }

    @Override
    public CompletableFuture<RaftRole> start() {
        return super.start().thenApply(nothing -> {
            if (raft.getCluster().getActiveMemberStates().isEmpty()) {
                // Not from here: the transition to this role is still running.
                raft.getThreadContext().execute(this::stand);
            }
            return this;
        });
    }

    private void stand() {
        if (isRunning()) {
            raft.transition(RaftServer.Role.CANDIDATE);
        }
    }
}
