package dev.polder.raft.recipe;

/** What a session asks to be done. */
sealed interface Request {
    /** A transaction; {@link Outcome.Done}. */
    record Transact(Txn txn) implements Request {}

    /** A lease beside the session; {@link Outcome.Granted}. */
    record Grant(long ttlMs) implements Request {}

    /**
     * The end of a lease and of all keys that are attached to it; {@link Outcome.Revoked}. A session whose lease another
     * revokes is told only afterwards, so what it holds may be held twice for a moment.
     */
    record Revoke(LeaseId lease) implements Request {}

    /** The end of the session itself, which is a lease; {@link Outcome.Revoked}. */
    record Close() implements Request {}
}
