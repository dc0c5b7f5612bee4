package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/** A lease that this session keeps alive until it is told to end it. Keys attached to it end with it. */
public final class KeptLease {
    private final RecipeSession session;
    private final LeaseId id;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    KeptLease(RecipeSession session, LeaseId id) {
        this.session = session;
        this.id = id;
    }

    /** Returns the name to attach keys to. */
    public LeaseId id() {
        return id;
    }

    /**
     * Completes when the lease is over, or when it may be: nobody has confirmed it for its whole time. It completes
     * before the cluster ends the lease, as far as this process is not paused.
     */
    public CompletableFuture<Void> lost() {
        return lost.copy();
    }

    /** Ends it, with all its keys. The number of keys that ended is the result; 0 if it was over already. */
    public CompletableFuture<Integer> end() {
        return session.end(this);
    }

    /** Stops keeping it alive: it ends after its time. */
    public void abandon() {
        session.abandon(this);
    }

    void lose() {
        lost.complete(null);
    }
}
