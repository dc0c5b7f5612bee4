package dev.polder;

import static java.util.Objects.requireNonNull;

import dev.polder.agent.AgentProbe;
import dev.polder.agent.AgentService;
import dev.polder.agent.AgentServiceConfig;
import dev.polder.agent.MachineResources;
import dev.polder.agent.SandboxFiles;
import dev.polder.api.AgentReads;
import dev.polder.api.AgentView;
import dev.polder.api.Api;
import dev.polder.api.ApiConfig;
import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.http.NetworkThreads;
import dev.polder.master.MasterConfig;
import dev.polder.master.MasterLoop;
import dev.polder.master.MasterPort.Leader;
import dev.polder.metrics.Metrics;
import dev.polder.model.Moment;
import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import dev.polder.raft.ReplicatedLog;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.AgentInfo;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a node is made of, in the order in which it is opened. It is closed in another: first what decides, then what
 * acts, then the sockets, so that a closed stream is never taken for a client that went away.
 */
final class NodeParts {
    private static final Duration HEARTBEAT_INTERVAL = Duration.ofMillis(75);
    private static final long PROPOSAL_BYTES_MAX = 16L << 20;
    private static final Duration KILL_GRACE = Duration.ofSeconds(3);
    private static final int NETWORK_THREADS = 2;

    private final ClusterConfig config;
    private final AgentProbe probe;
    private final Build build = Build.read();
    private final long startedWallMs = System.currentTimeMillis();
    private final Metrics metrics = new Metrics();

    private final Door masterDoor = new Door();
    private final Door agentDoor = new Door();
    private @Nullable DataDirectory directory;
    private @Nullable NetworkThreads threads;
    private @Nullable MasterLoop master;
    private @Nullable Api api;
    private @Nullable HttpServer masterServer;
    private @Nullable ReplicatedLog log;
    private @Nullable HttpClient client;
    private volatile @Nullable AgentService agent;
    private @Nullable HttpServer agentServer;
    private @Nullable AgentReads agentReads;

    NodeParts(ClusterConfig config, AgentProbe probe) {
        this.config = config;
        this.probe = probe;
    }

    void start() throws IOException {
        threads = NetworkThreads.start(config.name() + "-net", NETWORK_THREADS);
        // ports first: where one cannot be had, the data directory stays as it is
        NodeMetrics numbers = new NodeMetrics(metrics);
        HttpServer masterPort = HttpServer.start(serverConfig(config.masterPort()), threads, masterDoor);
        masterServer = masterPort;
        numbers.add("master", masterPort);
        boolean isAgent = config.roles().contains(NodeRole.AGENT);
        if (isAgent) {
            HttpServer agentPort = HttpServer.start(serverConfig(config.agentPort()), threads, agentDoor);
            agentServer = agentPort;
            numbers.add("agent", agentPort);
        }
        DataDirectory opened = DataDirectory.open(config.dataDir());
        directory = opened;
        AgentServiceConfig settings = isAgent ? agentSettings(opened) : null;
        startMaster(opened, numbers);
        if (settings != null) {
            AgentReads reads = new AgentReads(
                    apiConfig(), () -> agentView(settings), new SandboxFiles(opened.sandboxes()), metrics);
            agentReads = reads;
            agentDoor.open(reads.handler());
            AgentService service = AgentService.start(settings);
            agent = service;
            numbers.add(service);
        }
    }

    private void startMaster(DataDirectory opened, NodeMetrics numbers) throws IOException {
        MasterLoop loop = new MasterLoop(
                config.name(), masterConfig(), this::introduction, opened::rememberCluster, NodeParts::now);
        master = loop;
        Api opening = Api.start(apiConfig(), loop, metrics);
        api = opening;
        masterDoor.open(opening.handler());
        RaftConfig raft = new RaftConfig(
                opened.memberId(),
                opened.raft(),
                config.name(),
                config.electionTimeout(),
                HEARTBEAT_INTERVAL,
                PROPOSAL_BYTES_MAX,
                RaftPeers.NONE);
        ReplicatedLog started = ReplicatedLog.start(raft, loop);
        log = started;
        numbers.add(loop, started);
        loop.start(started);
    }

    private AgentServiceConfig agentSettings(DataDirectory opened) throws IOException {
        HttpClient connecting =
                HttpClient.start(HttpClientConfig.defaults(config.name() + "-client"), requireNonNull(threads));
        client = connecting;
        return new AgentServiceConfig(
                config.name(),
                opened.agent(),
                opened.sandboxes(),
                config.advertise(),
                ipOf(config.advertise()),
                requireNonNull(agentServer).address().getPort(),
                MachineResources.of(config.resources(), opened.sandboxes()),
                MachineResources.attributes(config.attributes()),
                opened.incarnation(),
                build.version(),
                opened.temporary(),
                KILL_GRACE,
                connecting,
                this::leaderAddress,
                probe);
    }

    /** What the agent tells of itself on its own port. */
    private AgentView agentView(AgentServiceConfig settings) {
        AgentInfo.Builder info = AgentInfo.newBuilder()
                .setHostname(settings.hostname())
                .setPort(settings.port())
                .addAllResources(settings.resources())
                .addAllAttributes(settings.attributes());
        AgentService service = agent;
        if (service != null) {
            service.agentId().ifPresent(id -> info.getIdBuilder().setValue(id.value()));
        }
        String masterHostname =
                requireNonNull(master).leader().map(Leader::hostname).orElse("");
        return new AgentView(info.build(), settings.ip(), masterHostname);
    }

    private static Moment now() {
        return new Moment(System.nanoTime() / 1_000_000, System.currentTimeMillis());
    }

    private HttpServerConfig serverConfig(int port) {
        return HttpServerConfig.defaults(config.bind(), port, config.name() + "-http");
    }

    private MasterConfig masterConfig() {
        return new MasterConfig(
                config.offerTimeout().toMillis(),
                config.reofferDelay().toMillis(),
                config.agentTimeout().toMillis(),
                config.frameworkReturnTimeout().toMillis(),
                MasterConfig.DEFAULT.completedFrameworksMax(),
                MasterConfig.DEFAULT.completedTasksMax());
    }

    private ApiConfig apiConfig() {
        return ApiConfig.defaults(config.name() + "-api", build.version(), build.builtWallMs(), startedWallMs)
                .withFlags(masterFlags(), agentFlags());
    }

    /** Returns our settings under the names that Mesos has for them. */
    private Map<String, String> masterFlags() {
        Map<String, String> flags = new TreeMap<>();
        flags.put("ip", config.bind());
        flags.put("port", Integer.toString(config.masterPort()));
        flags.put("hostname", config.advertise());
        flags.put("work_dir", requireNonNull(directory).path().toString());
        flags.put("offer_timeout", config.offerTimeout().toSeconds() + "secs");
        flags.put("max_completed_frameworks", Integer.toString(MasterConfig.DEFAULT.completedFrameworksMax()));
        flags.put("max_completed_tasks_per_framework", Integer.toString(MasterConfig.DEFAULT.completedTasksMax()));
        flags.put("authenticate_frameworks", "false");
        flags.put("authenticate_http_frameworks", "false");
        flags.put("role_sorter", "drf");
        flags.put("framework_sorter", "drf");
        return flags;
    }

    private Map<String, String> agentFlags() {
        Map<String, String> flags = new TreeMap<>();
        flags.put("ip", config.bind());
        flags.put("port", Integer.toString(config.agentPort()));
        flags.put("hostname", config.advertise());
        flags.put("work_dir", requireNonNull(directory).path().toString());
        flags.put("resources", config.resources());
        flags.put("attributes", config.attributes());
        return flags;
    }

    /** Returns how this node's master introduces itself; asked when it is elected, the server is open then. */
    private Mesos.MasterInfo introduction() {
        int port = masterAddress().getPort();
        String ip = ipOf(config.advertise());
        return Mesos.MasterInfo.newBuilder()
                .setId("")
                .setIp(mesosNumberOf(ip))
                .setPort(port)
                .setPid("master@" + ip + ":" + port)
                .setHostname(config.advertise())
                .setVersion(Api.MESOS_VERSION)
                .setAddress(Mesos.Address.newBuilder()
                        .setHostname(config.advertise())
                        .setIp(ip)
                        .setPort(port))
                .addCapabilities(
                        Mesos.MasterInfo.Capability.newBuilder().setType(Mesos.MasterInfo.Capability.Type.AGENT_UPDATE))
                .build();
    }

    private static String ipOf(String host) {
        return new InetSocketAddress(host, 0).getAddress().getHostAddress();
    }

    /** Mesos writes an IPv4 address as the number that its four bytes make in little-endian order. */
    private static int mesosNumberOf(String ip) {
        InetAddress address = new InetSocketAddress(ip, 0).getAddress();
        return address instanceof Inet4Address
                ? ByteBuffer.wrap(address.getAddress())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt()
                : 0;
    }

    private Optional<InetSocketAddress> leaderAddress() {
        return requireNonNull(master).leader().map(NodeParts::addressOf);
    }

    private static InetSocketAddress addressOf(Leader leader) {
        return new InetSocketAddress(leader.ip(), leader.port());
    }

    // ---- questions

    ClusterConfig config() {
        return config;
    }

    DataDirectory directory() {
        return requireNonNull(directory);
    }

    CompletableFuture<Void> masterServes() {
        return requireNonNull(master).served();
    }

    /** Calls the listener, on the master's thread, when the master has stopped; with the cause if nobody asked for it. */
    void whenMasterStops(Consumer<Optional<Throwable>> listener) {
        requireNonNull(master).whenStopped(listener);
    }

    /** Calls the listener, on the agent's thread, when the agent has ended because it failed. */
    void whenAgentFails(Consumer<Throwable> listener) {
        AgentService service = agent;
        if (service != null) {
            CompletableFuture<Void> unused = service.ended().whenComplete((nothing, fault) -> {
                if (fault != null) {
                    // the future wraps what it passes on
                    listener.accept(fault instanceof CompletionException ? requireNonNull(fault.getCause()) : fault);
                }
            });
        }
    }

    CompletableFuture<Void> agentAdmitted() {
        AgentService service = agent;
        return service == null ? CompletableFuture.completedFuture(null) : service.admitted();
    }

    InetSocketAddress masterAddress() {
        return requireNonNull(masterServer).address();
    }

    Optional<InetSocketAddress> agentAddress() {
        return Optional.ofNullable(agentServer).map(HttpServer::address);
    }

    String describe() {
        String roles = config.roles().stream()
                .sorted()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" and "));
        String leader = requireNonNull(master)
                .leader()
                .map(one -> (one.self() ? "this node" : one.hostname()) + ", master id " + one.id())
                .orElse("none yet");
        return String.join(
                "\n",
                "Polder " + build.version(),
                "node     " + config.name() + ", " + roles,
                "listens  " + url("master", masterAddress())
                        + agentAddress()
                                .map(address -> ", " + url("agent", address))
                                .orElse(""),
                "data     " + directory().path() + (directory().temporary() ? ", deleted at close" : ""),
                "members  1: " + directory().memberId(),
                "leader   " + leader);
    }

    private String url(String what, InetSocketAddress address) {
        return what + " http://" + config.advertise() + ":" + address.getPort();
    }

    // ---- the end

    /** Closes whatever was opened, all of it even if something fails; throws the first failure. */
    void close() throws IOException {
        Failures failures = new Failures();
        failures.attempt(master);
        AgentService service = agent;
        if (service != null) {
            failures.attempt(() -> service.close(config.keepTasksOnClose()));
        }
        failures.attempt(agentServer);
        failures.attempt(agentReads);
        failures.attempt(client);
        failures.attempt(masterServer);
        failures.attempt(api);
        failures.attempt(log);
        failures.attempt(threads);
        failures.attempt(directory);
        failures.throwFirst();
    }

    /** The first failure, with the others suppressed in it. */
    private static final class Failures {
        private @Nullable Exception first;

        void attempt(@Nullable AutoCloseable part) {
            if (part == null) {
                return;
            }
            try {
                part.close();
            } catch (Exception e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }

        void throwFirst() throws IOException {
            if (first instanceof IOException io) {
                throw io;
            }
            if (first instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (first != null) {
                throw new IOException(first);
            }
        }
    }
}
