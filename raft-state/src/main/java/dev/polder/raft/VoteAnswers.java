package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer.Role;

/**
 * Answers those who want to lead, by sections 5.2 and 5.4.1 of the Raft paper; polls and the refusal to depose a leader
 * that lives: section 4.2.3 of the thesis. Owned by the log's thread.
 */
final class VoteAnswers {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final FactLog log;
    private final TermStore terms;

    VoteAnswers(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        log = parts.log();
        terms = parts.terms();
    }

    PeerResponse poll(PeerRequest.Poll request) {
        if (hasLeader()) {
            context.changes().polledBy(request.candidate());
            return new PeerResponse.Poll(terms.term(), false);
        }
        if (parts.standing().whyNotVote() != null) {
            // not for want of a newer log here: nobody need stand at once for that
            return new PeerResponse.Poll(terms.term(), false);
        }
        boolean isAhead = log.isNewerThan(request.lastTerm(), request.lastIndex());
        boolean accepted = request.term() >= terms.term() && !isAhead;
        if (accepted && isAsNew(request) && goesBefore(request.candidate())) {
            return new PeerResponse.Poll(terms.term(), false);
        }
        if (context.getRaftRole() instanceof PolderFollower follower) {
            if (accepted) {
                follower.letStand();
            } else if (isAhead) {
                follower.isAhead();
            }
        }
        return new PeerResponse.Poll(terms.term(), accepted);
    }

    /** Whether this member stands, or is about to: two that stand at once win nothing. */
    private boolean goesBefore(String candidate) {
        return context.getRole() == Role.CANDIDATE
                || (context.getRaftRole() instanceof PolderFollower follower && follower.goesBefore(candidate));
    }

    private boolean isAsNew(PeerRequest.Poll request) {
        return log.lastTerm() == request.lastTerm() && log.lastIndex() == request.lastIndex();
    }

    PeerResponse vote(PeerRequest.Vote request) {
        return hasLeader() ? new PeerResponse.Vote(terms.term(), false) : answer(request);
    }

    /** The leader has asked for that, so nobody is deposed; all else that a vote depends on it still does. */
    PeerResponse vote(PeerRequest.ForcedVote request) {
        return answer(
                new PeerRequest.Vote(request.term(), request.candidate(), request.lastIndex(), request.lastTerm()));
    }

    private PeerResponse answer(PeerRequest.Vote request) {
        if (request.term() < terms.term()) {
            return new PeerResponse.Vote(terms.term(), false);
        }
        if (request.term() > terms.term()) {
            context.transition(Role.FOLLOWER);
        }
        boolean granted = votes(request);
        if (granted) {
            context.voteIn(request.term(), request.candidate());
        } else {
            context.setTerm(request.term());
        }
        if (granted && context.getRaftRole() instanceof PolderFollower follower) {
            follower.voted();
        }
        return new PeerResponse.Vote(terms.term(), granted);
    }

    private boolean votes(PeerRequest.Vote request) {
        if (request.term() == terms.term()) {
            if (!terms.mayVoteIn(request.term())) {
                // whoever has the vote asks again because the answer was lost
                return terms.votedFor(request.term(), request.candidate());
            }
            if (context.leaderName() != null) {
                return false;
            }
        }
        // a candidate that is not in the list here may be in a newer one; who is none is refused at the door
        return parts.standing().whyNotVote() == null && !log.isNewerThan(request.lastTerm(), request.lastIndex());
    }

    /** Whoever leads, or has just heard from a leader or may have before its start, lets nobody depose it. */
    private boolean hasLeader() {
        return context.getRole() == Role.LEADER || parts.leaderContact().isRecent();
    }
}
