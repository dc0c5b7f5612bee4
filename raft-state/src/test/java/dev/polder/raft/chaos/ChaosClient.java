package dev.polder.raft.chaos;

import dev.polder.raft.recipe.RecipeException;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that uses the recipes in a session, one turn after the other, and takes a new session when an answer does not
 * come, when the session ends, and now and then.
 */
abstract class ChaosClient implements AutoCloseable {
    private static final int ANSWER_SECONDS_MAX = 5;
    /** Of how many turns one begins with a new session, unless a client wants otherwise. */
    static final int LOSE_ONE_OF = 200;

    private final String name;
    private final List<String> seeds;
    private final Duration ttl;
    private final long pauseNanosMax;
    private final int loseOneOf;
    private final Thread thread;
    private volatile boolean closed;
    private @Nullable RemoteRecipes remote;
    private @Nullable Recipes recipes;

    protected final History history;
    protected final Random random;

    /**
     * A client that does nothing yet.
     *
     * @param pauseMsMax how long it waits between two turns at most
     * @param loseOneOf of so many turns one begins with a new session
     */
    ChaosClient(
            String name, List<String> seeds, History history, Duration ttl, long pauseMsMax, int loseOneOf, long seed) {
        this.loseOneOf = loseOneOf;
        this.name = name;
        this.seeds = seeds;
        this.history = history;
        this.ttl = ttl;
        pauseNanosMax = TimeUnit.MILLISECONDS.toNanos(pauseMsMax);
        random = new Random(seed);
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Uses a session once. */
    abstract void turn(Recipes session) throws InterruptedException, ExecutionException, TimeoutException;

    final String name() {
        return name;
    }

    final void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                turn();
                LockSupport.parkNanos((long) (random.nextDouble() * pauseNanosMax));
            }
        } catch (InterruptedException e) {
            // the end
        } catch (RuntimeException | Error e) {
            history.add(name + ": " + e);
        } finally {
            lose();
        }
    }

    private void turn() throws InterruptedException {
        try {
            if (random.nextInt(loseOneOf) == 0) {
                lose();
            }
            turn(session());
        } catch (TimeoutException e) {
            lose();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof RecipeException)) {
                history.add(name + ": " + e);
            }
            lose();
        }
    }

    private Recipes session() throws InterruptedException, ExecutionException, TimeoutException {
        Recipes open = recipes;
        if (open == null) {
            RemoteRecipes started = RemoteRecipes.start(name, seeds);
            remote = started;
            open = get(started.open(ttl));
            recipes = open;
        }
        return open;
    }

    static <T> T get(CompletableFuture<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Ends the session here; the cluster is not told. */
    final void lose() {
        RemoteRecipes open = remote;
        remote = null;
        recipes = null;
        if (open != null) {
            open.close();
        }
    }

    /** Waits for the turn to end. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS_MAX));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
