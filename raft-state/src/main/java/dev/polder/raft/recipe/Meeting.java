package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;

/**
 * Parties that met at a {@link Barrier}: they came together, and leave together. Each has a key; one more says that
 * they were complete, so that who is slow to look is not left behind when others leave already. Who comes before all have
 * left comes to the old meeting.
 */
public final class Meeting {
    /** Sorts behind the digits of the parties. */
    private static final String COMPLETE = "complete";

    private final RecipeSession session;
    private final KeyValue keys;
    private final KeyRange range;
    private final String own;

    private Meeting(RecipeSession session, String prefix, String own) {
        this.session = session;
        keys = new KeyValue(session);
        range = KeyRange.prefix(prefix);
        this.own = own;
    }

    static CompletableFuture<Meeting> enter(RecipeSession session, String prefix, int parties) {
        return new KeyValue(session)
                .append(prefix, Value.EMPTY, session.id())
                .thenCompose(own -> new Meeting(session, prefix, own).whenComplete(parties));
    }

    private String complete() {
        return range.from() + COMPLETE;
    }

    private CompletableFuture<Meeting> whenComplete(int parties) {
        return keys.read(range, parties, false).thenCompose(reading -> {
            boolean complete =
                    reading.entries().stream().anyMatch(entry -> entry.key().equals(complete()));
            if (complete || reading.entries().size() == parties) {
                return keys.transact(Txn.when(Compare.absent(complete())).then(Op.put(complete(), Value.EMPTY)))
                        .thenApply(done -> this);
            }
            return next(reading, KeyEvent.Kind.PUT).thenCompose(seen -> whenComplete(parties));
        });
    }

    /** Leaves, and waits until all have left. */
    public CompletableFuture<Void> leave() {
        return keys.delete(own).thenCompose(deleted -> whenEmpty());
    }

    private CompletableFuture<Void> whenEmpty() {
        return keys.read(range, 1, false).thenCompose(reading -> {
            if (reading.entries().isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            KeyEntry first = reading.entries().get(0);
            if (first.key().equals(complete())) {
                // only if it is still the one of this meeting
                return keys.transact(Txn.when(Compare.unchanged(complete(), first.modRevision()))
                                .then(Op.delete(complete())))
                        .thenApply(done -> null);
            }
            return next(reading, KeyEvent.Kind.DELETE).thenCompose(seen -> whenEmpty());
        });
    }

    /** Completes when something of a kind has happened since a reading; or may have. */
    private CompletableFuture<Void> next(Reading reading, KeyEvent.Kind kind) {
        return OneEvent.await(session, range, reading.revision() + 1, kind)
                .handle((seen, failure) -> failure)
                .thenCompose(failure -> failure == null || OneEvent.isCompacted(failure)
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure));
    }
}
