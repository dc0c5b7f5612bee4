package dev.polder.raft;

/**
 * Told which of a leader's appends were answered. They have numbers that rise: who has answered one was a follower when
 * it had been sent, and so when anything was done before that. Called on the log's thread, when Atomix has been told: a
 * task that is queued then comes after Atomix's own.
 */
@FunctionalInterface
interface AppendCounts {
    /**
     * A peer has answered, whether it took the entries or not. A failure is no answer.
     *
     * @param number of the append
     * @param isSameTerm whether it answered in the term of the append; else that term is over
     */
    void answered(String peer, long number, boolean isSameTerm);
}
