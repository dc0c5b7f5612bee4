package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;

/** Bytes of the state machine above, as Atomix sees them. */
final class FactsEntry extends RaftLogEntry {
    private final byte[] facts;

    FactsEntry(long term, byte[] facts) {
        super(term);
        this.facts = facts;
    }

    byte[] facts() {
        return facts;
    }
}
