package dev.polder.raft;

/**
 * Answers the other members' requests, by the rules of the Raft paper. Owned by the log's thread.
 *
 * <p>None of Atomix's own follower takes part: it votes twice when a leader is found and lost, refuses a candidate whose
 * first answer was lost, and believes an append that names no entry before it.
 */
final class PeerAnswers {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final AppendAnswers appends;
    private final VoteAnswers votes;
    private final SnapshotAnswers snapshots;

    PeerAnswers(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        appends = new AppendAnswers(context, parts);
        votes = new VoteAnswers(context, parts);
        snapshots = new SnapshotAnswers(context, parts, context.fetch());
    }

    /** Answers any request of a member. What fails in here stops this member, and is answered as a failure. */
    PeerResponse answer(PeerRequest request) {
        if (!context.takesPart()) {
            return new PeerResponse.Failure("this member does not take part");
        }
        try {
            return parts.failStop().guard(() -> {
                if (request instanceof PeerRequest.Append append) {
                    return appends.append(append);
                }
                if (request instanceof PeerRequest.Poll poll) {
                    return votes.poll(poll);
                }
                if (request instanceof PeerRequest.Vote vote) {
                    return votes.vote(vote);
                }
                if (request instanceof PeerRequest.Install install) {
                    return snapshots.install(install);
                }
                if (request instanceof PeerRequest.Fetch fetch) {
                    return snapshots.fetch(fetch);
                }
                if (request instanceof PeerRequest.ForcedVote vote) {
                    return votes.vote(vote);
                }
                if (request instanceof PeerRequest.TimeoutNow now) {
                    boolean stands = takesOver(now);
                    return new PeerResponse.Done(context.getTerm(), stands);
                }
                if (request instanceof PeerRequest.CatchUp asked) {
                    return context.leadingTerm() == asked.term()
                            ? new PeerResponse.Caught(asked.term(), parts.log().lastIndex())
                            : new PeerResponse.Failure(context.getName() + " does not lead term " + asked.term());
                }
                if (request instanceof PeerRequest.Removed removed) {
                    return new PeerResponse.Done(context.getTerm(), context.removed(removed));
                }
                return new PeerResponse.Failure("this version does not answer to " + request.kind());
            });
        } catch (RuntimeException e) {
            return new PeerResponse.Failure(e.toString());
        }
    }

    /** Has this member stand, if that one leads it and has not gone on since. */
    private boolean takesOver(PeerRequest.TimeoutNow request) {
        return request.term() == context.getTerm()
                && request.leader().equals(context.leaderName())
                && request.lastIndex() == parts.log().lastIndex()
                && context.getRaftRole() instanceof PolderFollower follower
                && follower.takeOver();
    }
}
