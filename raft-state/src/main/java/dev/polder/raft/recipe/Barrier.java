package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/**
 * A barrier that stops all until it is lowered, and a place where a number of parties meet. Its keys are
 * {@code barrier/NAME} and those under {@code barrier/NAME//}. Any thread may call.
 */
public final class Barrier {
    private final RecipeSession session;
    private final KeyValue keys;
    private final String key;

    Barrier(RecipeSession session, String name) {
        this.session = session;
        keys = new KeyValue(session);
        key = "barrier/" + Keys.checkName("barrier", name);
    }

    /** Stops whoever comes. Returns whether it was down before. It stays up if this session ends. */
    public CompletableFuture<Boolean> raise() {
        return keys.transact(Txn.when(Compare.absent(key)).then(Op.put(key, Value.EMPTY)))
                .thenApply(TxnResult::held);
    }

    /** Lets all through. Returns whether it was up before. */
    public CompletableFuture<Boolean> lower() {
        return keys.delete(key);
    }

    /** Waits until the barrier is down, if it is up. A future that is cancelled, or times out, waits no more. */
    public CompletableFuture<Void> await() {
        CompletableFuture<Void> down = new CompletableFuture<>();
        look(down);
        return down;
    }

    private void look(CompletableFuture<Void> down) {
        Completion.of(keys.read(KeyRange.of(key), 1, false), (reading, failure) -> {
            if (failure != null) {
                down.completeExceptionally(failure);
            } else if (reading.entries().isEmpty()) {
                down.complete(null);
            } else {
                await(down, reading.revision() + 1);
            }
        });
    }

    private void await(CompletableFuture<Void> down, long fromRevision) {
        CompletableFuture<Void> event = OneEvent.await(session, KeyRange.of(key), fromRevision, KeyEvent.Kind.DELETE);
        Completion.of(down, (done, failure) -> event.cancel(false));
        Completion.of(event, (seen, failure) -> {
            if (failure == null) {
                down.complete(null);
            } else if (OneEvent.isCompacted(failure)) {
                look(down);
            } else {
                down.completeExceptionally(failure);
            }
        });
    }

    /**
     * Comes to the meeting place and waits until so many are there, in all sessions. Who is there leaves with its session;
     * who gives up waiting is still there.
     *
     * @throws IllegalArgumentException if it is fewer than 1
     */
    public CompletableFuture<Meeting> meet(int parties) {
        if (parties < 1) {
            throw new IllegalArgumentException("parties " + parties + ": must be at least 1");
        }
        return Meeting.enter(session, key + "//", parties);
    }
}
