package dev.polder.samples.launcher;

import dev.polder.model.MasterInfo;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Three nodes, each in a JVM of its own, each master and agent. One thread starts them and works with them; any other may
 * close them meanwhile, and nothing is started after that.
 */
final class DemoCluster implements WordCountDemo.Cluster, AutoCloseable {
    private static final int NODES = 3;

    /** Somebody else may take a port between our choice and a node's start. */
    private static final int ATTEMPTS_MAX = 3;

    private static final String PORT_TAKEN = "Address already in use";
    private static final long PAUSE_MS = 20;

    /** They live for seconds and there are three: what takes long to warm up never pays. */
    private static final List<String> JVM_FLAGS = List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** An agent that is away is given up early: nobody watches a demonstration for a minute. */
    private static final String AGENT_TIMEOUT = "agent-timeout=2s";

    /**
     * A busy machine may hold a leader up for half a second. A leader whose process is killed is noticed by its closed
     * connections, whatever this is.
     */
    private static final String ELECTION_TIMEOUT = "election-timeout=2s";

    /** Small enough that each agent gets some of the tasks, and that some are lost with the leader's node. */
    private static final String RESOURCES = "cpus:0.5;mem:512;disk:512";

    private final Path directory;
    private List<NodeProcess> nodes = List.of();
    private boolean closed;

    /**
     * Prepares it; {@link #start} starts it.
     *
     * @param directory for the nodes' files; the caller deletes it
     */
    DemoCluster(Path directory) {
        this.directory = directory;
    }

    /**
     * Starts the nodes, waits until they are one cluster, and shows them.
     *
     * @throws LauncherException if that takes longer than {@code patience}
     */
    void start(Duration patience, PrintStream err) throws Exception {
        long startedNs = System.nanoTime();
        for (int attempt = 1; !startOnce(attempt, startedNs + patience.toNanos()); attempt++) {
            if (attempt == ATTEMPTS_MAX) {
                throw new LauncherException("no free ports for the nodes, " + ATTEMPTS_MAX + " times");
            }
            running().forEach(NodeProcess::close);
        }
        for (NodeProcess node : running()) {
            err.println("node " + node.name() + "  master http://" + addressOf(node) + ", process " + node.pid());
        }
    }

    /** Returns false if another process has taken one of the ports. */
    private boolean startOnce(int attempt, long deadlineNs) throws Exception {
        List<Integer> ports = freePorts();
        String seeds = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        List<NodeProcess> started = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            String name = "n" + (i + 1);
            Path own = Files.createDirectory(directory.resolve(name + "-" + attempt));
            List<String> options = List.of(
                    "--seeds",
                    seeds,
                    "--raft-port",
                    Integer.toString(ports.get(i)),
                    "--master-port",
                    "0",
                    "--agent-port",
                    "0",
                    "--resources",
                    RESOURCES,
                    "--set",
                    AGENT_TIMEOUT,
                    "--set",
                    ELECTION_TIMEOUT);
            synchronized (this) {
                if (closed) {
                    throw new LauncherException("closed while it started");
                }
                started.add(NodeProcess.start(name, own, JVM_FLAGS, options));
                nodes = List.copyOf(started);
            }
        }
        for (NodeProcess node : started) {
            while (node.masterAddress().isEmpty()) {
                if (!node.isAlive()) {
                    String complaints = node.complaints();
                    if (complaints.contains(PORT_TAKEN)) {
                        return false;
                    }
                    throw new LauncherException("node " + node.name() + " did not start: " + complaints);
                }
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new LauncherException(
                            "node " + node.name() + " is not ready in time; it says: " + node.complaints());
                }
                Thread.sleep(PAUSE_MS);
            }
        }
        return true;
    }

    /** Returns ports that were free a moment ago; members are named by theirs, so they cannot be left to the system. */
    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < NODES; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private synchronized List<NodeProcess> running() {
        return nodes;
    }

    @Override
    public List<InetSocketAddress> masters() throws IOException {
        List<InetSocketAddress> masters = new ArrayList<>();
        for (NodeProcess node : running()) {
            String address = addressOf(node);
            int colon = address.lastIndexOf(':');
            masters.add(InetSocketAddress.createUnresolved(
                    address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
        }
        return masters;
    }

    @Override
    public int agents() {
        return NODES;
    }

    @Override
    public String nameOf(MasterInfo leader) throws IOException {
        return node(leader).name();
    }

    @Override
    public boolean kill(MasterInfo leader) throws IOException {
        node(leader).kill();
        return true;
    }

    private NodeProcess node(MasterInfo leader) throws IOException {
        String address = leader.hostname() + ":" + leader.port();
        for (NodeProcess node : running()) {
            if (addressOf(node).equals(address)) {
                return node;
            }
        }
        throw new IllegalStateException("master " + address + " leads, but is none of the demonstration's nodes");
    }

    private static String addressOf(NodeProcess node) throws IOException {
        return node.masterAddress()
                .orElseThrow(() -> new IllegalStateException("node " + node.name() + " has not said its address"));
    }

    /** Ends all nodes, their tasks included; idempotent. */
    @Override
    public void close() {
        List<NodeProcess> ending;
        synchronized (this) {
            closed = true;
            ending = nodes;
        }
        // all are told before one is waited for
        ending.forEach(NodeProcess::terminate);
        ending.forEach(NodeProcess::close);
    }
}
