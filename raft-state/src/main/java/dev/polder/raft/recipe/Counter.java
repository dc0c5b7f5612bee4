package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/**
 * A number of 64 bits that all share, 0 at first. Its key is {@code counter/NAME}, and holds decimal digits. Any thread
 * may call.
 */
public final class Counter {
    private final KeyValue keys;
    private final String key;

    Counter(RecipeSession session, String name) {
        keys = new KeyValue(session);
        key = "counter/" + Keys.checkName("counter", name);
    }

    /** Adds to it. Returns the sum; fails with {@link Refusal.Rule#OVERFLOW} if that does not fit. */
    public CompletableFuture<Long> add(long delta) {
        return add(keys, key, delta);
    }

    static CompletableFuture<Long> add(KeyValue keys, String key, long delta) {
        return keys.transact(Txn.of(new Op.Add(key, delta)))
                .thenApply(result -> ((OpResult.Sum) result.results().get(0)).sum());
    }

    /** Returns what it is. */
    public CompletableFuture<Long> get() {
        return keys.get(key)
                .thenApply(entry ->
                        entry.map(found -> Long.parseLong(found.value().text())).orElse(0L));
    }

    /** Makes it another number. */
    public CompletableFuture<Void> set(long number) {
        return keys.put(key, Value.of(number)).thenApply(revision -> null);
    }

    /** Makes it another number if it is as expected. Returns whether it was. */
    public CompletableFuture<Boolean> compareAndSet(long expected, long number) {
        return attempt(Compare.holds(key, Value.of(expected)), number)
                .thenCompose(held -> held || expected != 0
                        ? CompletableFuture.completedFuture(held)
                        : attempt(Compare.absent(key), number));
    }

    private CompletableFuture<Boolean> attempt(Compare condition, long number) {
        return keys.transact(Txn.when(condition).then(Op.put(key, Value.of(number))))
                .thenApply(TxnResult::held);
    }
}
