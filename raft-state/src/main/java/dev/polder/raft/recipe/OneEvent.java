package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waiting for something to happen once. */
final class OneEvent {
    private OneEvent() {}

    /** Completes at the first event of a kind in a range, from a revision on; fails as a {@link Watch} does. */
    static CompletableFuture<Void> await(RecipeSession session, KeyRange range, long fromRevision, KeyEvent.Kind kind) {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        CompletableFuture<Watch> begun = session.watch(range, fromRevision, change -> {
            if (change.events().stream().anyMatch(event -> event.kind() == kind)) {
                seen.complete(null);
            }
        });
        Completion.of(begun, (watch, failure) -> {
            if (failure != null) {
                seen.completeExceptionally(failure);
                return;
            }
            Completion.of(watch.ended(), (ended, cause) -> {
                if (cause != null) {
                    seen.completeExceptionally(cause);
                }
            });
            Completion.of(seen, (event, cause) -> watch.close());
        });
        return seen;
    }

    static boolean isCompacted(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RecipeException known && known.reason() == RecipeException.Reason.COMPACTED;
    }
}
