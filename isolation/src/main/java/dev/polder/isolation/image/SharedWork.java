package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

/**
 * Work that many want at once and one does, on its own thread; the others wait, and share its result or its failure.
 * If its thread was interrupted, one of the others takes its place. Any thread may call.
 *
 * @param <K> what is wanted
 */
final class SharedWork<K, V> {
    private final ConcurrentMap<K, CompletableFuture<V>> underWay = new ConcurrentHashMap<>();

    /** Does it. */
    interface Work<V> {
        V run() throws IOException;
    }

    V get(K key, Work<V> work) throws IOException {
        while (true) {
            CompletableFuture<V> mine = new CompletableFuture<>();
            CompletableFuture<V> theirs = underWay.putIfAbsent(key, mine);
            if (theirs == null) {
                return run(key, mine, work);
            }
            try {
                return theirs.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting for " + key);
                interrupted.initCause(e);
                throw interrupted;
            } catch (ExecutionException e) {
                Throwable cause = requireNonNull(e.getCause(), "cause");
                if (cause instanceof ImageException) {
                    throw new ImageException(String.valueOf(cause.getMessage()), cause);
                }
                if (!(cause instanceof CancelledException)) {
                    throw new IOException(String.valueOf(cause.getMessage()), cause);
                }
            }
        }
    }

    private V run(K key, CompletableFuture<V> mine, Work<V> work) throws IOException {
        try {
            V done = work.run();
            mine.complete(done);
            return done;
        } catch (IOException | RuntimeException | Error e) {
            boolean cancelled = Thread.currentThread().isInterrupted();
            mine.completeExceptionally(cancelled ? new CancelledException() : e);
            throw e;
        } finally {
            underWay.remove(key, mine);
        }
    }

    private static final class CancelledException extends Exception {
        CancelledException() {
            super("the thread that did it was interrupted");
        }
    }
}
