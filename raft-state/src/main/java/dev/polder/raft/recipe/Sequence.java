package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/**
 * Numbers from 1, each given once. Its key is {@code sequence/NAME}. A number whose answer was lost is never given to
 * anybody else. Any thread may call.
 */
public final class Sequence {
    private final KeyValue keys;
    private final String key;

    Sequence(RecipeSession session, String name) {
        keys = new KeyValue(session);
        key = "sequence/" + Keys.checkName("sequence", name);
    }

    /** Returns the next number, above all that were given before. */
    public CompletableFuture<Long> next() {
        return next(1);
    }

    /**
     * Takes several numbers at once. Returns the first.
     *
     * @throws IllegalArgumentException if the count is below 1
     */
    public CompletableFuture<Long> next(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count " + count + ": must be at least 1");
        }
        return Counter.add(keys, key, count).thenApply(last -> last - count + 1);
    }
}
