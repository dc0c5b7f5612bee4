package dev.polder.raft.recipe;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * An election: of those who stand one leads, the one that stood first; each says a few bytes of itself. Its keys lie
 * under {@code election/NAME//}. Any thread may call.
 */
public final class Election {
    private final RecipeSession session;
    private final KeyValue keys;
    private final KeyRange range;

    Election(RecipeSession session, String name) {
        this.session = session;
        keys = new KeyValue(session);
        range = KeyRange.prefix("election/" + Keys.checkName("election", name) + "//");
    }

    /** Stands. Completes when this one leads; {@link Hold#release()} resigns. A future that is cancelled stands no more. */
    public CompletableFuture<Hold> stand(Value about) {
        return QueuePlace.take(session, range.from(), about);
    }

    /** Says something else of the leader, for others to read. Returns whether it still led. */
    public CompletableFuture<Boolean> proclaim(Hold leadership, Value about) {
        String key = leadership.key();
        return keys.transact(Txn.when(Compare.present(key)).then(new Op.Put(key, about, session.id())))
                .thenApply(TxnResult::held);
    }

    /**
     * Tells who leads: whenever that may have changed, on the recipes' thread, empty while nobody does. Begins when
     * something changes; ask {@link #leader()} once for what was before.
     */
    public CompletableFuture<Watch> observe(Consumer<Optional<KeyEntry>> observer) {
        return session.watch(
                range,
                0,
                change -> Completion.of(leader(), (leader, failure) -> {
                    if (leader != null) {
                        observer.accept(leader);
                    }
                }));
    }

    /**
     * Returns who leads, empty if nobody stands. The entry's value is what it says of itself, its
     * {@link KeyEntry#createRevision()} is its {@link Hold#token()}.
     */
    public CompletableFuture<Optional<KeyEntry>> leader() {
        return keys.read(range, 1, false)
                .thenApply(reading -> reading.entries().stream().findFirst());
    }
}
