package dev.polder.raft.recipe;

import dev.polder.raft.LogClient;
import dev.polder.raft.RaftSecurity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The recipes of a cluster, used from a process that is no member of it. Sessions follow the leader, each on a connection
 * of its own; all of them, and what their futures and listeners do, share one thread.
 */
public final class RemoteRecipes implements AutoCloseable {
    private final LogClient client;
    private final ClientLoop loop;
    private final Sessions sessions;

    private RemoteRecipes(String name, List<String> seeds, RaftSecurity security) throws IOException {
        client = LogClient.start(name, seeds, security, this::fail);
        loop = new ClientLoop(client);
        sessions = new Sessions(loop, name);
    }

    /**
     * Begins without asking anybody; for clusters without {@link RaftSecurity}.
     *
     * @param name of the thread, and of this in what is said to people
     * @param seeds some members of the cluster, as {@code host:port}, 1 to 7
     * @throws IllegalArgumentException if a seed is no such address, or there are none or too many
     */
    public static RemoteRecipes start(String name, List<String> seeds) {
        try {
            return start(name, seeds, RaftSecurity.none());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Begins without asking anybody.
     *
     * @param name of the thread, and of this in what is said to people
     * @param seeds some members of the cluster, as {@code host:port}, 1 to 7
     * @param security as the members have it
     * @throws IllegalArgumentException if a seed is no such address, or there are none or too many
     * @throws IOException if something that the security needs cannot be read
     */
    public static RemoteRecipes start(String name, List<String> seeds, RaftSecurity security) throws IOException {
        return new RemoteRecipes(name, seeds, security);
    }

    /**
     * Opens a session. Waits until there is a leader that takes it; to cancel the future gives it up.
     *
     * @param ttl how long the session lives when it is not heard of, {@link Limit#TTL_MS_MIN} to {@link Limit#TTL_MS_MAX}
     * @throws IllegalStateException if there are {@link LogClient#LINKS_MAX} sessions already
     */
    public CompletableFuture<Recipes> open(Duration ttl) {
        return sessions.open(answers -> new RemoteLink(client, answers), ttl, true);
    }

    /** What a session knows can no longer be trusted. */
    private void fail(Throwable cause) {
        sessions.stop("has failed: " + cause);
        sessions.dropAll();
    }

    /**
     * Ends the sessions here, with what waits, and leaves their end in the cluster to their time; whoever wants them to
     * end at once closes them before. Idempotent; takes at most 2 s.
     */
    @Override
    public void close() {
        sessions.stop("is closed");
        sessions.dropAll();
        client.close();
    }
}
