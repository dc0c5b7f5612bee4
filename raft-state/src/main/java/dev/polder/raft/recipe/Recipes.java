package dev.polder.raft.recipe;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A session, and all that can be done in it. Any thread may call.
 *
 * <p><b>Threads.</b> Nothing blocks, but {@link #close()}. Every future completes, and every listener is called, on the
 * recipes' thread; what takes long there delays all sessions of the process, and the leases they keep alive.
 *
 * <p><b>Order.</b> What one thread asks is carried out in its order. A watch sees a change before the call that made it
 * is answered, and before a read that sees it is.
 *
 * <p><b>Failures.</b> Calls wait and are repeated, each carried out once, while nobody leads and as long as the session
 * lives. Futures fail with a {@link RecipeException}, which says whether anything was done;
 * {@link RecipeException.Reason#OUTCOME_UNKNOWN} only when the session is over.
 *
 * <p><b>The session</b> is a lease: the cluster ends it, and its keys, when it was not heard of for its whole time; after
 * a change of leader the time begins anew. It outlives changes of leader, not the process.
 */
public final class Recipes implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final RecipeSession session;

    Recipes(RecipeSession session) {
        this.session = session;
    }

    /** Returns the session's lease: a key attached to it ends with the session. */
    public LeaseId session() {
        return session.id();
    }

    /** Completes when the session is over: closed, or expired. It never fails. */
    public CompletableFuture<Void> ended() {
        return session.ended().copy();
    }

    /** Returns keys and transactions. */
    public KeyValue keys() {
        return new KeyValue(session);
    }

    /** Returns leases beside that of the session. */
    public Leases leases() {
        return new Leases(session);
    }

    /**
     * Watches a range from the next change on. The future completes when no later change can be missed.
     */
    public CompletableFuture<Watch> watch(KeyRange range, WatchListener listener) {
        return session.watch(range, 0, listener);
    }

    /**
     * Watches a range from a revision on, for one the next after that of a {@link Reading}. Fails with
     * {@link RecipeException.Reason#COMPACTED} if that is no longer remembered.
     *
     * @throws IllegalArgumentException if the revision is below 1
     */
    public CompletableFuture<Watch> watch(KeyRange range, long fromRevision, WatchListener listener) {
        if (fromRevision < 1) {
            throw new IllegalArgumentException("fromRevision " + fromRevision + ": must be at least 1");
        }
        return session.watch(range, fromRevision, listener);
    }

    /**
     * Returns a lock.
     *
     * @param name letters between single slashes, as all names here
     * @throws IllegalArgumentException if a component of the name is empty
     */
    public Lock lock(String name) {
        return new Lock(session, name);
    }

    /** Returns an election; see {@link #lock} for the name. */
    public Election election(String name) {
        return new Election(session, name);
    }

    /** Returns a counter; see {@link #lock} for the name. */
    public Counter counter(String name) {
        return new Counter(session, name);
    }

    /** Returns a sequence; see {@link #lock} for the name. */
    public Sequence sequence(String name) {
        return new Sequence(session, name);
    }

    /** Returns a barrier; see {@link #lock} for the name. */
    public Barrier barrier(String name) {
        return new Barrier(session, name);
    }

    /**
     * Ends the session and its keys; calls that wait are carried out before, reads that wait may fail. Waits 2 s at most, and not at all on the recipes' thread; if the cluster cannot be
     * told, it ends the session after its time. Idempotent.
     */
    @Override
    public void close() {
        CompletableFuture<Void> closed = session.close();
        if (!session.loop().isCurrent()) {
            try {
                closed.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                session.drop();
            } catch (ExecutionException | TimeoutException e) {
                session.drop();
            }
        }
    }
}
