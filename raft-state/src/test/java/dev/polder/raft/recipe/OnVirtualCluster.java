package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.recipe.RecipeException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;

/** Three members and sessions in virtual time, in fair weather unless a test says otherwise. */
abstract class OnVirtualCluster {
    static final long TTL_MS = 3_000;

    VirtualCluster cluster = new VirtualCluster(3, new SplittableRandom(1), RecipeLimits.DEFAULT);
    final List<RecipeSession> sessions = new ArrayList<>();
    final List<VirtualTime.Loop> loops = new ArrayList<>();

    @BeforeEach
    void elect() {
        cluster.elect(cluster.members.get(0), 10);
        cluster.time.run(50);
    }

    final void use(RecipeLimits limits) {
        cluster = new VirtualCluster(3, new SplittableRandom(1), limits);
        elect();
    }

    final Recipes open() {
        VirtualTime.Loop loop = cluster.time.loop();
        CompletableFuture<RecipeSession> opened =
                RecipeSession.open(loop, answers -> cluster.link(loop, answers), sessions.size() + 100L, TTL_MS);
        RecipeSession session = get(opened);
        sessions.add(session);
        loops.add(loop);
        return new Recipes(session);
    }

    /** Lets time pass until a future is done, for a minute at most. */
    final <T> T get(CompletableFuture<T> future) {
        for (int i = 0; i < 6_000 && !future.isDone(); i++) {
            cluster.time.run(10);
        }
        assertThat(future).isDone();
        return future.join();
    }

    static Reason reason(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        try {
            future.join();
            throw new AssertionError();
        } catch (CompletionException e) {
            return ((RecipeException) e.getCause()).reason();
        }
    }

    static void repeat(int times, Runnable task) {
        for (int i = 0; i < times; i++) {
            task.run();
        }
    }
}
