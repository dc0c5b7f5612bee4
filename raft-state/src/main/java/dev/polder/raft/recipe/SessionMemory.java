package dev.polder.raft.recipe;

import java.util.Comparator;

/**
 * What is remembered of a session's calls, so that a repeated one has the same result.
 *
 * @param nonce with which the session was opened
 * @param last the number of the last call that was carried out or refused, 0 for none
 * @param acknowledged up to here the client has the results
 * @param outcomes the others, by number
 * @param bytes what they take
 */
record SessionMemory(long nonce, long last, long acknowledged, SortedTree<Long, Outcome> outcomes, long bytes) {
    /** What an outcome counts at least. */
    static final int OUTCOME_BYTES = 64;

    static SessionMemory opened(long nonce) {
        return new SessionMemory(nonce, 0, 0, SortedTree.empty(Comparator.<Long>naturalOrder()), 0);
    }

    static long bytes(Outcome outcome) {
        long bytes = OUTCOME_BYTES;
        if (outcome instanceof Outcome.Done done) {
            for (OpResult result : done.result().results()) {
                bytes += OUTCOME_BYTES;
                if (result instanceof OpResult.Found found) {
                    for (KeyEntry entry : found.entries()) {
                        bytes += OUTCOME_BYTES + entry.bytes();
                    }
                }
            }
        }
        return bytes;
    }

    SessionMemory acknowledge(long upTo) {
        SortedTree<Long, Outcome> kept = outcomes;
        long keptBytes = bytes;
        for (long number = acknowledged + 1; number <= Math.min(upTo, last); number++) {
            Outcome outcome = kept.get(number);
            if (outcome != null) {
                kept = kept.without(number);
                keptBytes -= bytes(outcome);
            }
        }
        return new SessionMemory(nonce, last, Math.max(acknowledged, Math.min(upTo, last)), kept, keptBytes);
    }

    SessionMemory remember(long number, Outcome outcome) {
        return new SessionMemory(nonce, number, acknowledged, outcomes.with(number, outcome), bytes + bytes(outcome));
    }
}
