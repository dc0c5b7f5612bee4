package dev.polder;

import static java.util.Objects.requireNonNull;

import dev.polder.api.Api;
import dev.polder.api.ApiConfig;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.http.NetworkThreads;
import dev.polder.master.MasterConfig;
import dev.polder.master.MasterLoop;
import dev.polder.master.MasterLoopHistory;
import dev.polder.master.MasterPort.Leader;
import dev.polder.metrics.Metrics;
import dev.polder.model.Moment;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.MemberChange;
import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import dev.polder.raft.RaftSecurity;
import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.history.History;
import dev.polder.raft.history.HistoryLimits;
import dev.polder.raft.recipe.RecipeMember;
import dev.polder.wire.proto.Mesos;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The master of a node: its port, the thread that decides, its log. Opened in this order; closed in another, see
 * {@link NodeParts}.
 */
final class MasterParts {
    static final Duration RAFT_HEARTBEAT_INTERVAL = Duration.ofMillis(75);
    private static final long PROPOSAL_BYTES_MAX = 16L << 20;
    /** Room for the completed tasks of some 65 frameworks. */
    private static final HistoryLimits HISTORY_LIMITS = new HistoryLimits(65_536, 4 << 20, 64L << 20);

    private final ClusterConfig config;
    private final Membership membership;
    private final Metrics metrics;
    private final NodeMetrics numbers;
    private final Door door = new Door();
    private final LeaderClasses classes;
    private final HttpServer server;
    private @Nullable MasterLoopHistory history;
    private @Nullable MasterLoop loop;
    private @Nullable Api api;
    private @Nullable ReplicatedLog log;

    /** Opens the port; until {@link #start} it answers that the node is starting. */
    MasterParts(ClusterConfig config, NetworkThreads threads, Metrics metrics, NodeMetrics numbers) throws IOException {
        this.config = config;
        membership = Membership.of(config);
        classes = new LeaderClasses(config.name());
        this.metrics = metrics;
        this.numbers = numbers;
        server = HttpServer.start(
                HttpServerConfig.defaults(config.bind(), config.masterPort(), config.name() + "-http"), threads, door);
        numbers.add("master", server);
        if (membership.isNamed() && config.dataDir().filter(Files::exists).isEmpty()) {
            checkRaftPort();
        }
    }

    /** The log listens when it starts; a directory that was made by then would remember a member that never was. */
    private void checkRaftPort() throws IOException {
        InetSocketAddress address = new InetSocketAddress(config.bind(), config.raftPort());
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        } catch (IOException e) {
            server.close();
            throw new IOException(
                    "cannot listen for other members on " + config.bind() + ":" + config.raftPort() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    void start(DataDirectory directory, RaftSecurity security, ApiConfig apiConfig) throws IOException {
        Mesos.MasterInfo introduction = introduction();
        MasterLoopHistory keeping = new MasterLoopHistory(config.name(), () -> openHistory(directory));
        history = keeping;
        MasterLoop starting = new MasterLoop(
                config.name(),
                masterConfig(),
                keeping,
                () -> introduction,
                id -> joined(directory, id),
                MasterParts::now);
        loop = starting;
        Api opening = Api.start(apiConfig, starting, metrics);
        api = opening;
        door.open(opening.handler());
        RaftConfig raft = new RaftConfig(
                membership.memberId(),
                directory.raft(),
                config.name(),
                config.electionTimeout(),
                RAFT_HEARTBEAT_INTERVAL,
                PROPOSAL_BYTES_MAX,
                peers(directory, security));
        ReplicatedLog started = ReplicatedLog.start(raft, starting.logListener());
        log = started;
        started.serveClients(starting.recipes().clients());
        numbers.add(starting, started);
        numbers.add(keeping);
        starting.start(started);
        if (membership.joins() || membership.members().size() > 1) {
            CompletableFuture<Void> unused = starting.served().thenRun(classes::begin);
        }
        // not before the node is of use: opening it takes a second of the processor
        CompletableFuture<Void> unused = starting.served().thenRun(keeping::begin);
    }

    /** A temporary directory often lies in memory, and nobody opens it again. */
    private History openHistory(DataDirectory directory) {
        return directory.temporary()
                ? History.inHeap(HISTORY_LIMITS, config.name(), "the data directory is temporary")
                : History.open(directory.history(), HISTORY_LIMITS, config.name());
    }

    /** Asked once and not at each election: a name that cannot be looked up then would end one leader after the other. */
    private Mesos.MasterInfo introduction() throws IOException {
        try {
            return MasterIntroduction.of(config.advertise(), address().getPort());
        } catch (UnknownHostException e) {
            throw new IOException("advertise '" + config.advertise() + "': not an address or name of a host", e);
        }
    }

    private RaftPeers peers(DataDirectory directory, RaftSecurity security) {
        if (!membership.isNamed()) {
            return RaftPeers.NONE;
        }
        RaftPeers peers = new RaftPeers(
                membership.seeds(),
                new InetSocketAddress(config.bind(), config.raftPort()),
                directory.incarnation(),
                directory.clusterId(),
                MasterAddress.text(config.advertise(), address().getPort()),
                security);
        return membership.joins() ? peers.toJoin() : peers;
    }

    /** The cluster that the log belongs to is known: once in the life of a directory. */
    private void joined(DataDirectory directory, String clusterId) {
        directory.rememberCluster(clusterId);
        ReplicatedLog running = log;
        if (running != null) {
            running.joined(clusterId);
        }
    }

    private static Moment now() {
        return new Moment(System.nanoTime() / 1_000_000, System.currentTimeMillis());
    }

    private MasterConfig masterConfig() {
        return new MasterConfig(
                config.offerTimeout().toMillis(),
                config.reofferDelay().toMillis(),
                config.agentTimeout().toMillis(),
                config.frameworkReturnTimeout().toMillis(),
                MasterConfig.DEFAULT.completedFrameworksMax(),
                MasterConfig.DEFAULT.completedTasksMax(),
                config.heartbeatInterval().toMillis(),
                config.offers().settings());
    }

    // ---- questions

    InetSocketAddress address() {
        return server.address();
    }

    Optional<Leader> leader() {
        return requireNonNull(loop).leader();
    }

    CompletableFuture<Void> served() {
        return requireNonNull(loop).served();
    }

    /** Returns what keeps this node from a leader, in words; empty if nothing does. */
    String obstacle() {
        if (leader().isPresent()) {
            return "";
        }
        boolean isToBeAdded = membership.joins() && !members().contains(membership.memberId());
        String own = isToBeAdded
                ? "it waits to be added to " + String.join(", ", members()) + " as " + membership.memberId()
                : requireNonNull(loop).whyNotStand();
        String found = Stream.of(own, requireNonNull(loop).refusal())
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining("; "));
        return found.isEmpty() && membership.isNamed()
                ? "it waits for a majority of " + String.join(", ", members())
                : found;
    }

    List<String> members() {
        List<String> known = requireNonNull(loop).members();
        return known.isEmpty() ? membership.members() : known;
    }

    CompletableFuture<ChangeOutcome> change(MemberChange change) {
        return requireNonNull(loop).change(change);
    }

    RecipeMember recipes() {
        return requireNonNull(loop).recipes();
    }

    void whenStopped(Consumer<Optional<Throwable>> listener) {
        requireNonNull(loop).whenStopped(listener);
    }

    // ---- the end

    /** Decides nothing more; streams stay open. */
    void stopDeciding(Failures failures) {
        failures.attempt(loop);
    }

    void close(Failures failures) {
        failures.attempt(server);
        failures.attempt(api);
        failures.attempt(log);
        failures.attempt(history); // what is still asked is asked by a snapshot
        failures.attempt(classes);
    }
}
