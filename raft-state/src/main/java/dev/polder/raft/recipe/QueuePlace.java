package dev.polder.raft.recipe;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A place in the queue for a lock or an election: a key of a prefix and the revision that made it, attached to the
 * session. The lowest holds; each other waits for the end of the one before it, so that one end wakes one.
 *
 * <pre>
 *   append ─► look ─ first ──► hold
 *              ▲  └─ second ─► watch the one before ─┐
 *              └──────────── its end ◄───────────────┘
 * </pre>
 *
 * <p>Owned by the session's thread.
 */
final class QueuePlace {
    private final RecipeSession session;
    private final String prefix;
    private final CompletableFuture<Hold> hold = new CompletableFuture<>();
    private @Nullable String key;
    private long token;
    private CompletableFuture<Void> awaited = new CompletableFuture<>();

    private QueuePlace(RecipeSession session, String prefix) {
        this.session = session;
        this.prefix = prefix;
    }

    /** Waits for the hold. A future that is cancelled, or times out, gives the place up. */
    static CompletableFuture<Hold> take(RecipeSession session, String prefix, Value value) {
        QueuePlace place = new QueuePlace(session, prefix);
        session.onLoop(
                place.hold,
                () -> Completion.of(
                        session.submit(new Request.Transact(Txn.of(new Op.Append(prefix, value, session.id())))),
                        place::appended));
        Completion.of(place.hold, (held, failure) -> {
            if (failure != null) {
                session.loop().execute(place::giveUp);
            }
        });
        return place.hold;
    }

    private void appended(@Nullable Outcome outcome, @Nullable Throwable failure) {
        if (outcome instanceof Outcome.Done done) {
            key = ((OpResult.Written) done.result().results().get(0)).key();
            token = done.result().revision();
            if (hold.isDone()) {
                giveUp();
            } else {
                look();
            }
        } else if (failure != null) {
            hold.completeExceptionally(failure);
        }
    }

    private void look() {
        String own = key;
        if (own == null || hold.isDone()) {
            return;
        }
        Completion.of(session.read(new Op.Read(new KeyRange(prefix, own + '\0'), 2, true)), (reading, failure) -> {
            if (failure != null) {
                hold.completeExceptionally(failure);
            } else {
                looked(own, reading);
            }
        });
    }

    private void looked(String own, Reading reading) {
        List<KeyEntry> entries = reading.entries();
        if (entries.isEmpty() || !entries.get(0).key().equals(own)) {
            hold.completeExceptionally(RecipeException.of(
                    RecipeException.Reason.PLACE_LOST, "key '" + own + "': deleted while it waited its turn"));
        } else if (entries.size() == 2) {
            await(entries.get(1).key(), reading.revision() + 1);
        } else {
            session.whenSure(() -> hold(own));
        }
    }

    private void hold(String own) {
        if (!hold.isDone()) {
            Hold held = Hold.begin(session, own, token);
            if (!hold.complete(held)) {
                CompletableFuture<Void> unused = held.release();
            }
        }
    }

    private void await(String before, long fromRevision) {
        CompletableFuture<Void> event =
                OneEvent.await(session, KeyRange.of(before), fromRevision, KeyEvent.Kind.DELETE);
        awaited = event;
        Completion.of(event, (seen, failure) -> {
            // what can no longer be watched from there is looked at anew
            if (failure == null || OneEvent.isCompacted(failure)) {
                look();
            } else {
                hold.completeExceptionally(failure);
            }
        });
    }

    private void giveUp() {
        // or its watch would stand until the one before goes
        awaited.cancel(false);
        String own = key;
        if (own != null && !session.hasEnded()) {
            key = null;
            CompletableFuture<Outcome> unused = session.submitAnyway(new Request.Transact(Txn.of(Op.delete(own))));
        }
    }
}
