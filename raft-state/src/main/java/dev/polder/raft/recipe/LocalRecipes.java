package dev.polder.raft.recipe;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Sessions in the process of a member, which that member serves while it leads, and which wait meanwhile. All of them, and
 * what their futures and listeners do, share one thread, which is not the member's.
 */
public final class LocalRecipes implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final HostLoop loop;
    private final RecipeMember member;
    private final Sessions sessions;

    private LocalRecipes(String name, RecipeMember member) {
        this.member = member;
        loop = new HostLoop(name, this::fail);
        sessions = new Sessions(loop, name);
    }

    /**
     * Begins without a session.
     *
     * @param name of the thread, and of this in what is said to people
     */
    public static LocalRecipes start(String name, RecipeMember member) {
        return new LocalRecipes(name, member);
    }

    /**
     * Opens a session. Waits until the member leads; to cancel the future gives it up. Any thread may call.
     *
     * @param ttl how long the session lives when it is not heard of, {@link Limit#TTL_MS_MIN} to {@link Limit#TTL_MS_MAX}
     */
    public CompletableFuture<Recipes> open(Duration ttl) {
        return sessions.open(answers -> new LocalLink(loop, List.of(member.neighbour()), answers), ttl, true);
    }

    /** What a session knows can no longer be trusted. */
    private void fail(Throwable cause) {
        sessions.stop("has failed: " + cause);
        sessions.dropAll();
    }

    /**
     * Ends the sessions here, with what waits, and leaves their end in the cluster to their time. Idempotent; takes at
     * most 2 s.
     */
    @Override
    public void close() {
        sessions.stop("is closed");
        sessions.dropAll();
        try {
            loop.close(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
