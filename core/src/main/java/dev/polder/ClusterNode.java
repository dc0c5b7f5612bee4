package dev.polder;

import static java.util.Objects.requireNonNull;

import dev.polder.agent.AgentProbe;
import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.MemberChange;
import dev.polder.raft.recipe.Recipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster in the caller's process: a master, an agent, or both.
 *
 * <pre>{@code
 * try (ClusterNode node = ClusterNode.start()) {
 *     System.out.println(node.describe());
 * }
 * }</pre>
 *
 * <p>Several nodes may run in one JVM. All methods may be called from any thread. Closing gives every thread, port, file
 * and child process back.
 */
public final class ClusterNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private final NodeParts parts;
    private final CompletableFuture<Void> ready;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private volatile @Nullable Throwable fault;

    private ClusterNode(NodeParts parts) {
        this.parts = parts;
        ready = CompletableFuture.allOf(parts.leaderServes(), parts.agentAdmitted());
    }

    /**
     * Starts a cluster of one on loopback, with free ports and a temporary directory, and waits until it is ready.
     *
     * @throws IllegalStateException if it is not ready within 30 s; nothing is left behind
     */
    public static ClusterNode start() {
        ClusterNode node = start(ClusterConfig.builder().build());
        try {
            node.awaitReady(START_PATIENCE);
            return node;
        } catch (RuntimeException e) {
            node.closeAfter(e);
            throw e;
        }
    }

    /** Starts a node with some settings changed: {@code start(config -> config.name("m1"))}. */
    public static ClusterNode start(UnaryOperator<ClusterConfig.Builder> settings) {
        return start(settings.apply(ClusterConfig.builder()).build());
    }

    /**
     * Starts a node. Returns when its log and its ports are open; {@link #ready()} tells when it can be used.
     *
     * @throws UncheckedIOException if a port, the data directory or a child process cannot be had; the message names it.
     *     Nothing is left behind.
     */
    public static ClusterNode start(ClusterConfig config) {
        return start(config, AgentProbe.none());
    }

    /** For tests: the same, with an agent that can be stopped on its way. */
    static ClusterNode start(ClusterConfig config, AgentProbe probe) {
        NodeParts parts = new NodeParts(config, probe);
        try {
            parts.start();
        } catch (IOException e) {
            closeAfter(parts, e);
            throw new UncheckedIOException("node " + config.name() + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            closeAfter(parts, e);
            throw e;
        }
        ClusterNode node = new ClusterNode(parts);
        parts.whenMasterStops(cause -> cause.ifPresent(node::failed));
        parts.whenAgentFails(node::failed);
        return node;
    }

    private static void closeAfter(NodeParts parts, Throwable cause) {
        try {
            parts.close();
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private void closeAfter(RuntimeException cause) {
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /** A master or an agent that can no longer trust its state or its disk takes its node down, never the JVM. */
    private void failed(Throwable cause) {
        if (!closed.get()) {
            fault = cause;
            LOG.error("node={} event=closing cause={}", parts.config().name(), words(cause));
            Thread closer = new Thread(this::close, parts.config().name() + "-closing");
            closer.setDaemon(true);
            closer.start();
        }
    }

    /** Completes when a leader serves and the agent of this node, if it has one, is admitted; fails if that cannot be. */
    public CompletableFuture<Void> ready() {
        return ready.copy();
    }

    /**
     * Waits until this node is {@link #ready()}.
     *
     * @throws IllegalStateException if it is not ready in time, or cannot become so; says what is missing
     */
    public void awaitReady(Duration patience) {
        try {
            ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            String obstacle = parts.obstacle();
            throw new IllegalStateException(
                    "node " + parts.config().name() + ": not ready after " + patience.toMillis() + " ms, "
                            + (parts.leaderServes().isDone() ? "its agent is not admitted" : "no leader serves")
                            + (obstacle.isEmpty() ? "" : ": " + obstacle),
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "node " + parts.config().name() + ": "
                            + requireNonNull(e.getCause()).getMessage(),
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("node " + parts.config().name() + ": interrupted while waiting", e);
        }
    }

    /**
     * Completes when this node has closed; fails if it closed itself, because its master or its agent could no longer
     * trust their state or their disk, or if closing failed.
     */
    public CompletableFuture<Void> closed() {
        return closing.thenRun(() -> {
            Throwable cause = fault;
            if (cause != null) {
                throw new IllegalStateException(
                        "node " + parts.config().name() + ": closed itself: " + words(cause), cause);
            }
        });
    }

    /** Returns what the failure and its causes say; of one that others than we have thrown also what it is. */
    private static String words(Throwable failure) {
        StringBuilder words = new StringBuilder();
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String message = at.getMessage();
            String said = at instanceof IllegalStateException && message != null ? message : at.toString();
            if (words.indexOf(said) < 0) {
                words.append(words.isEmpty() ? "" : ": ").append(said);
            }
        }
        return words.toString();
    }

    /** Returns the settings this node runs with. */
    public ClusterConfig config() {
        return parts.config();
    }

    /**
     * Starts a framework that follows the leader of this node's cluster. Returns at once, as
     * {@link FrameworkDriver#start(Framework, FrameworkConfig, InetSocketAddress...)} does; the driver is the caller's to
     * close.
     */
    public FrameworkDriver startFramework(Framework framework, FrameworkConfig introduction) {
        return FrameworkDriver.start(framework, introduction, masterAddress());
    }

    /** Returns the masters of the cluster, {@code host:raftPort}, as this node knows them; its seeds if it is no master. */
    public List<String> members() {
        return parts.members();
    }

    /**
     * Makes a node a master of this cluster, which was started with {@link ClusterConfig.Builder#join} and waits. It gets
     * the state first; only then it counts.
     *
     * @param member the node's advertised host and Raft port
     * @return completes when it is a member; fails with {@link IllegalStateException} if this node does not lead, or if it
     *     is not safe now, with the rule in words; nothing has changed then, unless it says that nobody knows
     */
    public CompletableFuture<Void> addMember(String member) {
        return change(new MemberChange.Add(member, ""));
    }

    /** Has a master of this cluster be none any more; see {@link #addMember} for what comes of it. */
    public CompletableFuture<Void> removeMember(String member) {
        return change(new MemberChange.Remove(member));
    }

    private CompletableFuture<Void> change(MemberChange change) {
        return parts.change(change).thenAccept(outcome -> {
            if (!(outcome instanceof ChangeOutcome.Done)) {
                throw new IllegalStateException("node " + parts.config().name() + ": " + words(change, outcome));
            }
        });
    }

    private static String words(MemberChange change, ChangeOutcome outcome) {
        if (outcome instanceof ChangeOutcome.Refused refused) {
            return refused.reason();
        }
        return outcome instanceof ChangeOutcome.Moved moved
                ? change.member() + ": only the leader changes the members, this node knows "
                        + moved.leader().map(leader -> "leader " + leader).orElse("no leader")
                : change.member() + ": the lead was lost on the way, it is done or not; ask again";
    }

    /**
     * Opens a session with the cluster's keys, leases, locks and elections; see {@link Recipes}. It follows the leader, and
     * waits while there is none. It ends when it is closed, when this node is, or when the cluster has not heard of it for
     * so long.
     *
     * @param ttl from 100 ms to a day
     */
    public CompletableFuture<Recipes> openRecipes(Duration ttl) {
        return parts.recipes().open(ttl);
    }

    /**
     * Returns where this node's master has its HTTP APIs; whether it leads or another does.
     *
     * @throws IllegalStateException if this node is no master
     */
    public InetSocketAddress masterAddress() {
        return parts.masterAddress()
                .orElseThrow(() ->
                        new IllegalStateException("node " + parts.config().name() + ": is no master, its roles are "
                                + parts.config().roles()));
    }

    /** Returns where the agent's HTTP endpoints are; empty if this node is no agent. */
    public Optional<InetSocketAddress> agentAddress() {
        return parts.agentAddress();
    }

    /** Returns where this node keeps its files. */
    public Path dataDirectory() {
        return parts.directory().path();
    }

    /** Returns where this node's tasks have their sandboxes. */
    public Path sandboxes() {
        return parts.directory().sandboxes();
    }

    /** Returns six lines for people: version, node, addresses, data directory, members, leader. */
    public String describe() {
        return parts.describe();
    }

    /**
     * Closes the node: the master stops, tasks are ended unless {@code keepTasksOnClose} is set, all connections, ports,
     * files, threads and children are given back, a temporary directory is deleted. Idempotent; a second caller waits for
     * the first. Takes at most some seconds.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                parts.close();
                closing.complete(null);
            } catch (IOException e) {
                UncheckedIOException unchecked =
                        new UncheckedIOException("node " + parts.config().name(), e);
                closing.completeExceptionally(unchecked);
                throw unchecked;
            } catch (RuntimeException e) {
                closing.completeExceptionally(e);
                throw e;
            }
        } else {
            closing.exceptionally(toldToTheFirstCaller -> null).join();
        }
    }

    @Override
    public String toString() {
        return "ClusterNode[" + parts.config().name() + "]";
    }
}
