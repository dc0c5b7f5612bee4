package dev.polder.raft;

/** What must be done before a leader without remote voters may call its own entries committed. */
interface CommitGate {
    /** Nobody else has the entries, so they must be on this disk. */
    CommitGate FORCE = FactLog::force;

    void pass(FactLog log);
}
