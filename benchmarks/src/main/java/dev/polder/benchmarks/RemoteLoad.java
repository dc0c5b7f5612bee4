package dev.polder.benchmarks;

import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import dev.polder.raft.recipe.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One client of the recipes, in this JVM: a key is put, and got. What ZooKeeper's client does, done with ours. */
final class RemoteLoad implements LoadedSystem, AutoCloseable {
    static final String NAME = "polder-remote";

    private static final String KEY = "bench";
    private static final Value VALUE = Value.of(new byte[RaftMember.ENTRY_BYTES]);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SESSION = Duration.ofSeconds(30);

    private final RemoteRecipes remote;
    private final Recipes recipes;

    private RemoteLoad(RemoteRecipes remote, Recipes recipes) {
        this.remote = remote;
        this.recipes = recipes;
    }

    /** Opens a session, once there is a leader that takes it. */
    static RemoteLoad connect(RaftGroup hosts) throws IOException, InterruptedException {
        RemoteRecipes remote = RemoteRecipes.start("bench-client", hosts.addresses());
        try {
            Recipes recipes = remote.open(SESSION).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return new RemoteLoad(remote, recipes);
        } catch (ExecutionException | TimeoutException e) {
            remote.close();
            throw new IOException("no session of the recipes" + hosts.lastWords(), e);
        } catch (InterruptedException e) {
            remote.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LoadResult write(int outstandingMax, long millis) throws IOException, InterruptedException {
        OpenCalls calls = new OpenCalls(outstandingMax);
        return calls.run(
                OpenCalls.Limit.millis(millis),
                atNanos -> started(calls, atNanos, recipes.keys().put(KEY, VALUE)));
    }

    @Override
    public LoadResult read(int outstandingMax, long millis) throws IOException, InterruptedException {
        OpenCalls calls = new OpenCalls(outstandingMax);
        return calls.run(
                OpenCalls.Limit.millis(millis),
                atNanos -> started(calls, atNanos, recipes.keys().get(KEY)));
    }

    private static boolean started(OpenCalls calls, long atNanos, CompletableFuture<?> call) {
        CompletableFuture<?> unused = call.whenComplete((@Nullable Object answer, @Nullable Throwable failure) -> {
            if (failure == null) {
                calls.answered(atNanos);
            } else {
                calls.fail("the recipes say " + failure);
            }
        });
        return true;
    }

    @Override
    public void close() {
        recipes.close();
        remote.close();
    }
}
