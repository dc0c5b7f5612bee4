package dev.polder.raft.recipe;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Leases beside that of the session, to which keys are attached that end together. Any thread may call. */
public final class Leases {
    private final RecipeSession session;

    Leases(RecipeSession session) {
        this.session = session;
    }

    /**
     * Has a lease granted, which this session keeps alive.
     *
     * @param ttl how long it lives after it was last kept alive; {@link Limit#TTL_MS_MIN} to {@link Limit#TTL_MS_MAX}
     */
    public CompletableFuture<KeptLease> grant(Duration ttl) {
        return session.grant(ttl.toMillis());
    }
}
