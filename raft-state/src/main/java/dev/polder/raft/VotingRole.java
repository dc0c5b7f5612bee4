package dev.polder.raft;

import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.protocol.VoteResponse;
import io.atomix.protocols.raft.roles.ActiveRole;

/**
 * A role in which this member answers requests for its vote, by the rules of the Raft paper (section 5.2 and 5.4.1).
 *
 * <p>Atomix's own answer compares the candidate with the one voted for by identity: a repeated request, which carries
 * another object, would be refused, and a candidate whose first answer was lost could not be elected. Owned by the
 * log's thread.
 */
abstract class VotingRole extends ActiveRole {
    final PolderRaftContext context;

    VotingRole(PolderRaftContext context) {
        super(context);
        this.context = context;
    }

    /** Answers when the vote is durable. Atomix entered the request's term before, if it was higher. */
    @Override
    protected final VoteResponse handleVote(VoteRequest request) {
        boolean granted = grants(request);
        if (granted) {
            context.setLastVotedFor(request.candidate());
        }
        return VoteResponse.builder()
                .withStatus(RaftResponse.Status.OK)
                .withTerm(context.getTerm())
                .withVoted(granted)
                .build();
    }

    private boolean grants(VoteRequest request) {
        TermStore terms = context.terms();
        if (!terms.mayVoteIn(request.term())) {
            return terms.votedFor(request.term(), request.candidate().id());
        }
        return context.getLeader() == null
                && context.getCluster().getMember(request.candidate()) != null
                && !context.log().isNewerThan(request.lastLogTerm(), request.lastLogIndex());
    }
}
