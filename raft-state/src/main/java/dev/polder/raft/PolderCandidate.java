package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.InactiveRole;
import io.atomix.protocols.raft.roles.RaftRole;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Enters a new term, votes for itself, asks the others for their votes, and leads or follows again: every question has an
 * answer or its time limit, see {@link PeerCalls}. Owned by the log's thread.
 */
final class PolderCandidate extends InactiveRole {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final boolean insteadOfLeader;

    /** @param insteadOfLeader whether it stands because the leader has asked for that */
    PolderCandidate(PolderRaftContext context, RaftParts parts, boolean insteadOfLeader) {
        super(context.atomix());
        this.context = context;
        this.parts = parts;
        this.insteadOfLeader = insteadOfLeader;
    }

    @Override
    public RaftServer.Role role() {
        return RaftServer.Role.CANDIDATE;
    }

    @Override
    public CompletableFuture<RaftRole> start() {
        return super.start().thenApply(nothing -> {
            // Not from here: the transition to this role is still running.
            context.getThreadContext().execute(this::elect);
            return this;
        });
    }

    private void elect() {
        if (!isRunning()) {
            return;
        }
        context.voteForSelf();
        List<RaftMemberContext> peers = List.copyOf(context.peers());
        if (peers.isEmpty()) {
            context.transition(RaftServer.Role.LEADER);
            return;
        }
        long term = context.getTerm();
        Ballot ballot = new Ballot(context.getCluster().getQuorum(), peers.size());
        for (RaftMemberContext peer : peers) {
            CompletableFuture<PeerResponse.Vote> unused = askForVote(
                            peer.getMember().memberId().id(), term)
                    .whenComplete((response, failure) -> parts.failStop().guard(() -> {
                        if (isRunning() && context.getTerm() == term) {
                            answered(response, ballot);
                        }
                    }));
        }
    }

    private CompletableFuture<PeerResponse.Vote> askForVote(String peer, long term) {
        FactLog log = parts.log();
        String self = parts.self().id();
        return insteadOfLeader
                ? parts.calls().vote(peer, new PeerRequest.ForcedVote(term, self, log.lastIndex(), log.lastTerm()))
                : parts.calls().vote(peer, new PeerRequest.Vote(term, self, log.lastIndex(), log.lastTerm()));
    }

    /** @param response null if the member could not be asked */
    private void answered(PeerResponse.@Nullable Vote response, Ballot ballot) {
        if (response != null && response.term() > context.getTerm()) {
            context.setTerm(response.term());
            lose();
        } else if (response != null && response.granted()) {
            ballot.agree();
            if (ballot.isWon()) {
                context.transition(RaftServer.Role.LEADER);
            }
        } else {
            ballot.refuse();
            if (ballot.isLost()) {
                lose();
            }
        }
    }

    private void lose() {
        if (isRunning()) {
            context.transition(RaftServer.Role.FOLLOWER);
            ((PolderFollower) context.getRaftRole()).lostElection();
        }
    }
}
