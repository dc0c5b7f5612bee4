package dev.polder.samples.launcher;

import dev.polder.ClusterNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node that is closed when its block ends or when the process is asked to end, whichever comes first.
 *
 * <p>An embedded node leaves its process alone; a launcher owns it, so it may add a shutdown hook. The hook is there before
 * the node is, and waits for a start that is under way: what is half started cannot be closed, and must not be left.
 */
final class HostedNode implements AutoCloseable {
    /** So long the end of the process waits for a start; opening a node takes a second, with a long log some. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private final Runnable afterwards;
    private final Thread hook = new Thread(this::shutDown, "shutdown");

    /** The node, or that there will be none; exactly one of both, in the end. */
    private final CompletableFuture<Optional<ClusterNode>> started = new CompletableFuture<>();

    private HostedNode(Runnable afterwards) {
        this.afterwards = afterwards;
    }

    /**
     * Starts a node.
     *
     * @param starting opens it, and what {@code afterwards} gives back; does not wait until it is ready, because the end of
     *     the process waits for this
     * @param afterwards what else to do when it is closed or could not be started; may be called twice, and by two threads
     */
    static HostedNode start(Callable<ClusterNode> starting, Runnable afterwards) throws Exception {
        HostedNode hosted = new HostedNode(afterwards);
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

    ClusterNode node() {
        return started.join().orElseThrow();
    }

    @Override
    public void close() {
        try {
            closeNode(started.join());
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
            closeNode(started.get(START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            System.err.println(
                    "polder: the node still starts after " + START_PATIENCE.toSeconds() + " s, it is left as it is");
        } catch (InterruptedException | ExecutionException | RuntimeException e) {
            System.err.println("polder: the node did not close well: " + e.getMessage());
        }
    }

    private void closeNode(Optional<ClusterNode> node) {
        try {
            node.ifPresent(ClusterNode::close);
        } finally {
            afterwards.run();
        }
    }
}
