package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;

/**
 * Gives up entries that a snapshot has, but not those that somebody will ask for soon. Owned by the log's thread.
 *
 * <p>What stays: what is not applied here; some entries for members that were away for a moment; what a peer lacks that a
 * leader is sending entries to, within bounds; and everything behind a snapshot that somebody fetches, or it would have to
 * fetch the next one when it has it, and so on for ever.
 */
final class Compaction {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final LogLimits.Retention retention;

    Compaction(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        retention = parts.limits().retention();
    }

    void compact() {
        FactLog log = parts.log();
        long applied = Math.min(parts.snapshots().entry().index(), context.getLastApplied());
        long index = Math.max(applied - retention.entries(), log.indexBehind(retention.bytes()));
        if (context.leadingTerm() != 0) {
            index = Math.min(index, Math.max(lackedFrom(), log.indexBehind(retention.lagBytesMax())));
        }
        log.compact(Math.min(Math.min(index, applied), parts.snapshots().indexFetched()));
    }

    /** Returns the last entry that all peers in contact have. */
    private long lackedFrom() {
        long index = Long.MAX_VALUE;
        for (RaftMemberContext peer : context.peers()) {
            String name = peer.getMember().memberId().id();
            if (parts.appends().contact().hasFollowed(name, context.getElectionTimeout())) {
                index = Math.min(index, peer.getMatchIndex());
            }
        }
        return index;
    }
}
