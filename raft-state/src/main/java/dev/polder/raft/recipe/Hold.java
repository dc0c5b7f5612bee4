package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/**
 * A lock that is held, or an election that is won. It ends when it is released and when the session does.
 *
 * <p>Whoever writes to a thing that the lock protects should say the {@link #token()}, and the thing refuse a lower one
 * than it has seen: a holder that was paused may believe for a while that it still holds.
 */
public final class Hold {
    private final RecipeSession session;
    private final String key;
    private final long token;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private final CompletableFuture<Void> released = new CompletableFuture<>();
    private final Runnable onDoubt = this::lose;

    private Hold(RecipeSession session, String key, long token) {
        this.session = session;
        this.key = key;
        this.token = token;
    }

    /** To be called on the session's thread. */
    static Hold begin(RecipeSession session, String key, long token) {
        Hold hold = new Hold(session, key, token);
        session.onDoubt(hold.onDoubt);
        return hold;
    }

    /** Returns the fence: each hold of one name has a higher one than those before it. */
    public long token() {
        return token;
    }

    /** Returns the key that stands for this hold. */
    public String key() {
        return key;
    }

    /**
     * Completes when this is no longer held, or may be no longer: released, or the session was not confirmed for its whole
     * time. It completes before another can hold, as far as this process is not paused. It is not held again.
     */
    public CompletableFuture<Void> lost() {
        return lost.copy();
    }

    /** Gives it up. Completes when others can have it. */
    public CompletableFuture<Void> release() {
        session.loop().execute(() -> session.forget(onDoubt));
        lost.complete(null);
        delete();
        return released.copy();
    }

    private void lose() {
        lost.complete(null);
        delete();
    }

    /** What was deleted already, by the end of the session for one, is no failure. */
    private void delete() {
        Completion.of(
                session.submitAnyway(new Request.Transact(Txn.of(Op.delete(key)))),
                (outcome, failure) -> released.complete(null));
    }
}
