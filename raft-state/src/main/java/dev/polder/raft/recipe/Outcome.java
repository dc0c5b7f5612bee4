package dev.polder.raft.recipe;

/** What a {@link Command} brought. */
sealed interface Outcome {
    /** A session lives. */
    record Opened(LeaseId session, long ttlMs) implements Outcome {}

    /** A transaction was carried out. */
    record Done(TxnResult result) implements Outcome {}

    /** A lease lives. */
    record Granted(LeaseId lease, long ttlMs) implements Outcome {}

    /**
     * A lease has ended by a request.
     *
     * @param revision the revision after it
     * @param keys how many keys ended with it
     */
    record Revoked(long revision, int keys) implements Outcome {}

    /** Nothing was done. */
    record Refused(Refusal refusal) implements Outcome {}

    /** A term has begun, or leases have expired: nobody waits for an answer. */
    record Noted() implements Outcome {}
}
