package dev.polder.raft;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Futures that other threads were given; none of them stays open when the log ends. Thread-safe. */
final class Promises<T> {
    private final Map<Long, CompletableFuture<T>> open = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final T atEnd;
    private volatile boolean ended;

    /** @param atEnd what those are told that are open at the end, and all after it */
    Promises(T atEnd) {
        this.atEnd = atEnd;
    }

    CompletableFuture<T> make() {
        CompletableFuture<T> made = new CompletableFuture<>();
        long number = numbers.incrementAndGet();
        open.put(number, made);
        CompletableFuture<T> unused = made.whenComplete((result, failure) -> open.remove(number));
        if (ended) {
            made.complete(atEnd);
        }
        return made;
    }

    void end() {
        ended = true;
        open.values().forEach(one -> one.complete(atEnd));
    }
}
