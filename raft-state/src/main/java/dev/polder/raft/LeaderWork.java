package dev.polder.raft;

/** What a member does for others while it leads. Owned by the log's thread. */
record LeaderWork(Proposer proposer, ReadIndex reads, HandOver handOver, MemberChanges changes) {
    /** The lead is lost, and {@code lost(term)} not told yet. */
    void lost() {
        proposer.lost();
        handOver.lost();
        changes.lost();
    }

    /** A majority may be another from here on. */
    void membersChanged() {
        reads.membersChanged();
    }

    /** {@code lost(term)} was told, so nobody who asks anew is heard. */
    void wasLost() {
        reads.lost();
    }
}
