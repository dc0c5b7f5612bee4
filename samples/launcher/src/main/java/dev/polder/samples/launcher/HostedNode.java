package dev.polder.samples.launcher;

import dev.polder.ClusterNode;
import java.util.concurrent.Callable;

/**
 * A node that is closed when its block ends or when the process is asked to end, whichever comes first.
 *
 * <p>An embedded node leaves its process alone; a launcher owns it, so it may add a shutdown hook.
 */
final class HostedNode implements AutoCloseable {
    private final ClusterNode node;
    private final Thread hook;

    private HostedNode(ClusterNode node, Runnable afterwards) {
        this.node = node;
        this.hook = new Thread(
                () -> {
                    node.close();
                    afterwards.run();
                },
                "shutdown");
    }

    /**
     * Starts a node.
     *
     * @param afterwards what else to do when the process is asked to end
     */
    static HostedNode start(Callable<ClusterNode> starting, Runnable afterwards) throws Exception {
        HostedNode hosted = new HostedNode(starting.call(), afterwards);
        try {
            Runtime.getRuntime().addShutdownHook(hosted.hook);
        } catch (IllegalStateException shuttingDown) {
            hosted.node.close();
            throw shuttingDown;
        }
        return hosted;
    }

    ClusterNode node() {
        return node;
    }

    @Override
    public void close() {
        node.close();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            return; // the hook is running, and finds the node closed
        }
    }
}
