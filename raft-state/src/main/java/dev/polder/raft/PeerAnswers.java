package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;

/**
 * Answers the other members' requests, by the rules of the Raft paper (sections 5.2, 5.3 and 5.4.1; polls and the
 * refusal to depose a leader that lives: section 4.2.3 of the thesis). Owned by the log's thread.
 *
 * <p>None of Atomix's own follower takes part: it votes twice when a leader is found and lost, refuses a candidate whose
 * first answer was lost, and believes an append that names no entry before it.
 */
final class PeerAnswers {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final FactLog log;
    private final TermStore terms;

    PeerAnswers(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        log = parts.log();
        terms = parts.terms();
    }

    /** Answers any request of a member. What fails in here stops this member, and is answered as a failure. */
    PeerResponse answer(PeerRequest request) {
        if (!context.takesPart()) {
            return new PeerResponse.Failure("this member does not take part");
        }
        try {
            return parts.failStop().guard(() -> {
                if (request instanceof PeerRequest.Append append) {
                    return append(append);
                }
                if (request instanceof PeerRequest.Poll poll) {
                    return poll(poll);
                }
                return vote((PeerRequest.Vote) request);
            });
        } catch (RuntimeException e) {
            return new PeerResponse.Failure(e.toString());
        }
    }

    // ---- entries

    private PeerResponse append(PeerRequest.Append request) {
        if (request.term() < terms.term()) {
            return new PeerResponse.Append(terms.term(), false, log.lastIndex());
        }
        context.follow(request.leader(), request.term());
        long fitting = lastFittingIndex(request);
        if (fitting >= 0) {
            return new PeerResponse.Append(terms.term(), false, fitting);
        }
        store(request);
        parts.gates().follower().pass(log, request.lastIndex());
        context.setCommitIndex(Math.min(request.commitIndex(), request.lastIndex()));
        return new PeerResponse.Append(terms.term(), true, request.lastIndex());
    }

    /**
     * Returns -1 if the entry before the request's is in this log, else behind which entry the leader should try next: a
     * whole term is passed over at once, for it came from another leader.
     */
    private long lastFittingIndex(PeerRequest.Append request) {
        long index = request.previousIndex();
        if (index > log.lastIndex()) {
            return log.lastIndex();
        }
        long term = log.termAt(index);
        if (term == request.previousTerm()) {
            return -1;
        }
        long commitIndex = context.getCommitIndex();
        if (index <= commitIndex) {
            throw new IllegalStateException("the leader of term " + request.term() + " has an entry " + index
                    + " of term " + request.previousTerm() + ", here it is committed and of term " + term);
        }
        while (index > commitIndex && log.termAt(index) == term) {
            index--;
        }
        return index;
    }

    /** Appends what is new; what contradicts it, and all behind that, is the leavings of a leader that lost its post. */
    private void store(PeerRequest.Append request) {
        for (LogEntry entry : request.entries()) {
            if (entry.index() <= log.lastIndex()) {
                if (log.termAt(entry.index()) == entry.term()) {
                    continue;
                }
                log.truncate(entry.index() - 1);
            }
            log.append(entry.term(), entry.kind(), entry.payload());
        }
    }

    // ---- elections

    private PeerResponse poll(PeerRequest.Poll request) {
        if (hasLeader()) {
            reviveAppends(request.candidate());
            return new PeerResponse.Poll(terms.term(), false);
        }
        boolean accepted = request.term() >= terms.term() && !log.isNewerThan(request.lastTerm(), request.lastIndex());
        if (context.getRaftRole() instanceof PolderFollower follower) {
            follower.polled(accepted);
        }
        return new PeerResponse.Poll(terms.term(), accepted);
    }

    private PeerResponse vote(PeerRequest.Vote request) {
        if (hasLeader() || request.term() < terms.term()) {
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
            if (context.getLeader() != null) {
                return false;
            }
        }
        return context.peer(request.candidate()) != null && !log.isNewerThan(request.lastTerm(), request.lastIndex());
    }

    /** Whoever leads, or has just heard from a leader, lets nobody depose it. */
    private boolean hasLeader() {
        return context.getRole() == Role.LEADER || parts.leaderContact().isRecent();
    }

    /** A member that asks is back: its leader, if this is it, need not wait until it would try again by itself. */
    private void reviveAppends(String member) {
        RaftMemberContext state = context.peer(member);
        if (state != null) {
            state.resetFailureCount();
        }
    }
}
