package dev.polder.raft.recipe;

import java.util.List;

/** One fact of the log, as far as the recipes are concerned. */
sealed interface Command {
    /**
     * A leader begins its term: leases run anew from here, and the limits are those of the leader.
     *
     * @param term the term in which it was proposed
     */
    record Begin(long term, RecipeLimits limits) implements Command {}

    /**
     * A session is wanted. Repeated with the same nonce, it is the same session while that lives.
     *
     * @param nonce chosen at random by the client
     */
    record Open(long nonce, long ttlMs) implements Command {}

    /**
     * A request of a session.
     *
     * @param number from 1, one more for each request of the session
     * @param acknowledged the client has the results of all requests up to this number
     */
    record Call(LeaseId session, long number, long acknowledged, Request request) implements Command {}

    /**
     * Leases that nobody kept alive are over.
     *
     * @param term the term of the leader that says so; void in any other
     */
    record Expire(long term, List<LeaseId> leases) implements Command {
        public Expire {
            leases = List.copyOf(leases);
        }
    }
}
