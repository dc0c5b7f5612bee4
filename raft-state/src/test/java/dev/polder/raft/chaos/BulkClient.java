package dev.polder.raft.chaos;

import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.Value;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Writes so much that members save snapshots. */
final class BulkClient extends ChaosClient {
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final int PAUSE_MS_MAX = 150;
    private static final Value LARGE = Value.of(new byte[300_000]);

    BulkClient(String name, List<String> seeds, History history, long seed) {
        super(name, seeds, history, TTL, PAUSE_MS_MAX, LOSE_ONE_OF, seed);
    }

    @Override
    void turn(Recipes session) throws InterruptedException, ExecutionException, TimeoutException {
        get(session.keys().put("bulk", LARGE));
    }
}
