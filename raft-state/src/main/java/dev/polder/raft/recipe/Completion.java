package dev.polder.raft.recipe;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is to happen when a future is done, where nobody waits for that to have happened. */
final class Completion {
    private Completion() {}

    /** Calls with the result, or with the failure and no result. */
    static <T> void of(CompletableFuture<T> future, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> then) {
        CompletableFuture<T> unused = future.whenComplete(then);
    }
}
