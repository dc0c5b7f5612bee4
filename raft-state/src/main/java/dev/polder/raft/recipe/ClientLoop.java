package dev.polder.raft.recipe;

import dev.polder.raft.LogClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The thread of the connections, and of the sessions on them: nothing is handed from one to the other. */
final class ClientLoop implements RecipeLoop {
    private final long startNanos = System.nanoTime();
    private final LogClient client;

    ClientLoop(LogClient client) {
        this.client = client;
    }

    @Override
    public long nowMs() {
        return 1 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    @Override
    public boolean execute(Runnable task) {
        return client.execute(task);
    }

    @Override
    public boolean isCurrent() {
        return client.isCurrent();
    }

    @Override
    public void schedule(long delayMs, Runnable task) {
        client.schedule(Duration.ofMillis(delayMs), task);
    }
}
