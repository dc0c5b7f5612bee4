package dev.polder.raft;

/** Answers a leader's appends, by section 5.3 of the Raft paper. Owned by the log's thread. */
final class AppendAnswers {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final FactLog log;
    private final TermStore terms;

    AppendAnswers(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        log = parts.log();
        terms = parts.terms();
    }

    PeerResponse append(PeerRequest.Append request) {
        if (request.term() < terms.term()) {
            return new PeerResponse.Append(terms.term(), false, log.lastIndex());
        }
        context.follow(request.leader(), request.term());
        String shortage = parts.diskRoom().shortage();
        if (shortage != null && !request.entries().isEmpty()) {
            return new PeerResponse.Failure(shortage);
        }
        long floor = log.floor().index();
        if (request.lastIndex() < floor) {
            // committed, and in a snapshot here: whoever leads has the same
            return new PeerResponse.Append(terms.term(), true, request.lastIndex());
        }
        PeerRequest.Append trimmed = request.previousIndex() < floor ? trim(request) : request;
        long fitting = lastFittingIndex(trimmed);
        if (fitting >= 0) {
            return new PeerResponse.Append(terms.term(), false, fitting);
        }
        store(trimmed);
        parts.rules().gates().follower().pass(log, request.lastIndex());
        parts.probation().matched(request, context, parts);
        context.setCommitIndex(Math.min(request.commitIndex(), request.lastIndex()));
        return new PeerResponse.Append(terms.term(), true, request.lastIndex());
    }

    /** Leaves out what is not in the log any more: that is committed, so the leader's entries there are the same. */
    private PeerRequest.Append trim(PeerRequest.Append request) {
        Floor floor = log.floor();
        int gone = (int) (floor.index() - request.previousIndex());
        return new PeerRequest.Append(
                request.term(),
                request.leader(),
                floor.index(),
                floor.term(),
                request.commitIndex(),
                request.entries().subList(gone, request.entries().size()));
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
        if (term == request.previousTerm() || (!parts.rules().checksPlace() && request.previousTerm() == 0)) {
            return -1;
        }
        long commitIndex = context.getCommitIndex();
        if (index <= commitIndex) {
            throw new IllegalStateException("the leader of term " + request.term() + " has an entry " + index
                    + " of term " + request.previousTerm() + ", here it is committed and of term " + term);
        }
        return Math.max(commitIndex, log.firstOfTerm(index) - 1);
    }

    /** Appends what is new; what contradicts it, and all behind that, is the leavings of a leader that lost its post. */
    private void store(PeerRequest.Append request) {
        for (LogEntry entry : request.entries()) {
            if (entry.index() <= log.lastIndex()) {
                if (log.termAt(entry.index()) == entry.term()) {
                    continue;
                }
                log.truncate(entry.index() - 1);
                parts.membership().truncated(entry.index() - 1);
            }
            log.append(entry.term(), entry.kind(), entry.payload());
            if (entry.kind().listsMembers()) {
                parts.membership().appended(entry.index(), EntryCodec.members(entry));
            }
        }
    }
}
