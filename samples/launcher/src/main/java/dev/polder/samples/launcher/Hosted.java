package dev.polder.samples.launcher;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node, or several, closed when their block ends or when the process is asked to end, whichever comes first.
 *
 * <p>An embedded node leaves its process alone; a launcher owns it, so it may add a shutdown hook. The hook is there before
 * the node is, and waits for a start that is under way: what is half started cannot be closed, and must not be left.
 */
final class Hosted<T extends AutoCloseable> implements AutoCloseable {
    /** So long the end of the process waits for a start; opening a node takes a second, with a long log some. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private final Runnable afterwards;
    private final Thread hook = new Thread(this::shutDown, "shutdown");

    /** It, or that there will be none; exactly one of both, in the end. */
    private final CompletableFuture<Optional<T>> started = new CompletableFuture<>();

    private volatile boolean ending;

    private Hosted(Runnable afterwards) {
        this.afterwards = afterwards;
    }

    /**
     * Starts it.
     *
     * @param starting opens it, and what {@code afterwards} gives back; does not wait until it is ready, because the end of
     *     the process waits for this
     * @param afterwards what else to do when it is closed or could not be started; may be called twice, and by two threads
     */
    static <T extends AutoCloseable> Hosted<T> start(Callable<T> starting, Runnable afterwards) throws Exception {
        Hosted<T> hosted = new Hosted<>(afterwards);
        try {
            Runtime.getRuntime().addShutdownHook(hosted.hook);
        } catch (IllegalStateException shuttingDown) {
            awaitEndOfProcess();
            throw shuttingDown;
        }
        try {
            hosted.started.complete(Optional.of(starting.call()));
            return hosted;
        } catch (Exception | Error failure) {
            hosted.started.complete(Optional.empty());
            try {
                hosted.close();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    /** Tells whether it is being closed, or was. */
    boolean isEnding() {
        return ending;
    }

    T get() {
        return started.join().orElseThrow();
    }

    @Override
    public void close() {
        try {
            close(started.join());
        } finally {
            removeHook();
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            awaitEndOfProcess();
        }
    }

    /** The process ends when its hooks have; what failed because the node was closed is nothing to tell its user. */
    private static void awaitEndOfProcess() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void shutDown() {
        try {
            close(started.get(START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            System.err.println(
                    "polder: the node still starts after " + START_PATIENCE.toSeconds() + " s, it is left as it is");
        } catch (InterruptedException | ExecutionException | RuntimeException e) {
            System.err.println("polder: the node did not close well: " + e.getMessage());
        }
    }

    private void close(Optional<T> hosted) {
        ending = true;
        try {
            if (hosted.isPresent()) {
                hosted.get().close();
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        } finally {
            afterwards.run();
        }
    }
}
