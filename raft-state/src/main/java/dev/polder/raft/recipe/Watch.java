package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/**
 * A standing question for all changes of a range. It outlives changes of leader and misses nothing; if it cannot go on
 * without a gap it ends and says so.
 */
public final class Watch implements AutoCloseable {
    private final SessionWatches.Standing standing;

    Watch(SessionWatches.Standing standing) {
        this.standing = standing;
    }

    /** Returns the first revision that it tells, if that changes anything of the range. */
    public long fromRevision() {
        return standing.firstRevision();
    }

    /**
     * Completes when no more changes come: normally after {@link #close()}, else with a {@link RecipeException}, or with
     * what the listener threw.
     */
    public CompletableFuture<Void> ended() {
        return standing.ended().copy();
    }

    /** Ends it. A change that is on its way may still be told. */
    @Override
    public void close() {
        standing.close();
    }
}
