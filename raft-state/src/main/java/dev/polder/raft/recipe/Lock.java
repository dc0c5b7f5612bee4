package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/**
 * A lock that one holds at a time, in the order in which it was asked for. Its keys lie under {@code lock/NAME//}. Not
 * reentrant: who asks twice waits for himself. Any thread may call.
 */
public final class Lock {
    private final RecipeSession session;
    private final String prefix;

    Lock(RecipeSession session, String name) {
        this.session = session;
        prefix = "lock/" + Keys.checkName("lock", name) + "//";
    }

    /**
     * Waits for the lock. A future that is cancelled, or given up by {@code orTimeout}, gives up its place; what fails has
     * none.
     */
    public CompletableFuture<Hold> acquire() {
        return QueuePlace.take(session, prefix, Value.EMPTY);
    }
}
