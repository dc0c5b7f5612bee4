package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;

/** The leader's time from here on, as Atomix sees it. */
final class TimeEntry extends RaftLogEntry {
    private final long leaderTimeMs;

    TimeEntry(long term, long leaderTimeMs) {
        super(term);
        this.leaderTimeMs = leaderTimeMs;
    }

    long leaderTimeMs() {
        return leaderTimeMs;
    }
}
