package dev.polder.raft.recipe;

import java.util.List;

/**
 * What a member says to a session. A change comes to its watches before the answer to the call that made it, and before
 * the answer to a read that sees it.
 */
sealed interface RecipeAnswer {
    /** The session with this nonce lives, or is refused. */
    record Opened(long nonce, Outcome outcome) implements RecipeAnswer {}

    /** What a request brought. */
    record Result(long number, Outcome outcome) implements RecipeAnswer {}

    /**
     * What a read found.
     *
     * @param revision of the state that was read
     */
    record Found(long readId, long revision, OpResult.Found found) implements RecipeAnswer {}

    /**
     * These leases live for their whole time from when the beat was sent; those are no more. A lease in neither list is
     * in doubt.
     */
    record Kept(long beat, List<LeaseId> kept, List<LeaseId> gone) implements RecipeAnswer {
        public Kept {
            kept = List.copyOf(kept);
            gone = List.copyOf(gone);
        }
    }

    /** Changes from this revision on will be told. */
    record Watching(long watchId, long fromRevision) implements RecipeAnswer {}

    /** A change, with those of its events that lie in the watch's range. */
    record Changed(long watchId, Change change) implements RecipeAnswer {}

    /** The watch begins before the oldest change that is remembered; it is none. */
    record Compacted(long watchId, long oldestRevision) implements RecipeAnswer {}

    /** The watch is none. */
    record WatchRefused(long watchId, Refusal refusal) implements RecipeAnswer {}

    /** Whatever was not answered is to be sent again, perhaps to another member; so are the watches. */
    record Repeat(String reason) implements RecipeAnswer {}

    /** Calls from this number on were not taken: too much waits. They are to be sent again, after a while. */
    record Busy(long fromCall) implements RecipeAnswer {}

    /** The session is no more. */
    record Ended(LeaseId session) implements RecipeAnswer {}
}
