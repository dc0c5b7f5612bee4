package dev.polder;

import dev.polder.raft.recipe.LocalRecipes;
import dev.polder.raft.recipe.RecipeMember;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from a node's process to the recipes of its cluster: by the seeds to whoever leads, or, where nobody listens for
 * others, straight to the node's own master. Begun when it is first used. Thread-safe.
 */
final class NodeRecipes implements AutoCloseable {
    private final String name;
    private final ClusterConfig config;
    private final Supplier<RecipeMember> own;
    private @Nullable LocalRecipes local;
    private @Nullable RemoteRecipes remote;
    private boolean closed;

    /** @param own asked if there are no seeds */
    NodeRecipes(ClusterConfig config, Supplier<RecipeMember> own) {
        name = config.name() + "-recipes";
        this.config = config;
        this.own = own;
    }

    synchronized CompletableFuture<Recipes> open(Duration ttl) {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException(name + ": the node is closed"));
        }
        try {
            return config.seeds().isEmpty() ? local().open(ttl) : remote().open(ttl);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private LocalRecipes local() {
        LocalRecipes begun = local;
        if (begun == null) {
            begun = LocalRecipes.start(name, own.get());
            local = begun;
        }
        return begun;
    }

    private RemoteRecipes remote() throws IOException {
        RemoteRecipes begun = remote;
        if (begun == null) {
            begun = RemoteRecipes.start(
                    name, config.seeds(), config.raftCredentials().read());
            remote = begun;
        }
        return begun;
    }

    /** Ends the sessions that were opened here. */
    @Override
    public synchronized void close() {
        closed = true;
        LocalRecipes locally = local;
        if (locally != null) {
            locally.close();
        }
        RemoteRecipes remotely = remote;
        if (remotely != null) {
            remotely.close();
        }
    }
}
