package dev.polder;

import static java.util.Objects.requireNonNull;

import dev.polder.agent.AgentProbe;
import dev.polder.agent.AgentService;
import dev.polder.agent.AgentServiceConfig;
import dev.polder.agent.ContainerReport;
import dev.polder.agent.IsolationSearch;
import dev.polder.agent.MachineResources;
import dev.polder.agent.SandboxFiles;
import dev.polder.api.AgentReads;
import dev.polder.api.AgentView;
import dev.polder.api.ApiConfig;
import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.http.NetworkThreads;
import dev.polder.metrics.Metrics;
import dev.polder.wire.proto.Mesos.AgentInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The agent of a node: its port, its way to the leader, the service that runs tasks. */
final class AgentParts {
    private static final Duration KILL_GRACE = Duration.ofSeconds(3);

    private final ClusterConfig config;
    private final NetworkThreads threads;
    private final Metrics metrics;
    private final NodeMetrics numbers;
    private final Door door = new Door();
    private final HttpServer server;
    private @Nullable HttpClient client;
    private @Nullable IsolationSearch search;
    private @Nullable AgentReads reads;
    private volatile @Nullable AgentService service;

    /** Opens the port; until {@link #start} it answers that the node is starting. */
    AgentParts(ClusterConfig config, NetworkThreads threads, Metrics metrics, NodeMetrics numbers) throws IOException {
        this.config = config;
        this.threads = threads;
        this.metrics = metrics;
        this.numbers = numbers;
        server = HttpServer.start(
                HttpServerConfig.defaults(config.bind(), config.agentPort(), config.name() + "-http"), threads, door);
        numbers.add("agent", server);
    }

    /** Returns what the agent is started with: whatever is wrong with it is said before anything else begins. */
    AgentServiceConfig settings(
            DataDirectory directory, Build build, Supplier<Optional<InetSocketAddress>> leader, AgentProbe probe)
            throws IOException {
        HttpClient connecting = HttpClient.start(HttpClientConfig.defaults(config.name() + "-client"), threads);
        client = connecting;
        return new AgentServiceConfig(
                config.name(),
                directory.agent(),
                directory.sandboxes(),
                config.runtimeDir(),
                config.advertise(),
                MasterIntroduction.ipOf(config.advertise()),
                address().getPort(),
                MachineResources.of(config.resources(), directory.sandboxes()),
                MachineResources.attributes(config.attributes()),
                directory.incarnation(),
                build.version(),
                directory.temporary(),
                KILL_GRACE,
                connecting,
                leader,
                config.isolation(),
                config.images(),
                config.volumes(),
                config.networks(),
                config.sandboxSettings(),
                config.docker(),
                config.ports(),
                probe);
    }

    /** Begins with what takes long and needs nobody else. */
    void begin(AgentServiceConfig settings) {
        search = IsolationSearch.begin(settings);
    }

    /**
     * Starts the agent, which has begun.
     *
     * @param masterHostname how the leading master's host is called, empty while nobody knows
     */
    void start(AgentServiceConfig settings, ApiConfig apiConfig, Supplier<String> masterHostname) throws IOException {
        AgentReads serving = new AgentReads(
                apiConfig,
                () -> view(settings, masterHostname.get()),
                new SandboxFiles(
                        settings.sandboxDir(), settings.sandboxes().outputs().ifPossible()),
                this::containers,
                metrics);
        reads = serving;
        door.open(serving.handler());
        AgentService started = AgentService.start(settings, requireNonNull(search));
        service = started;
        numbers.add(started);
    }

    private List<ContainerReport> containers() throws IOException {
        AgentService running = service;
        if (running == null) {
            throw new IOException("the agent is starting");
        }
        return running.containers();
    }

    /** What the agent tells of itself on its own port. */
    private AgentView view(AgentServiceConfig settings, String masterHostname) {
        AgentInfo.Builder info = AgentInfo.newBuilder()
                .setHostname(settings.hostname())
                .setPort(settings.port())
                .addAllResources(settings.resources());
        AgentService running = service;
        if (running == null) {
            info.addAllAttributes(settings.attributes());
        } else {
            info.addAllAttributes(running.attributes());
            running.agentId().ifPresent(id -> info.getIdBuilder().setValue(id.value()));
        }
        return new AgentView(info.build(), settings.ip(), masterHostname);
    }

    InetSocketAddress address() {
        return server.address();
    }

    /** Completes when a leading master has admitted the agent for the first time. */
    CompletableFuture<Void> admitted() {
        return requireNonNull(service).admitted();
    }

    /** Completes when the agent has ended, exceptionally if it failed. */
    CompletableFuture<Void> ended() {
        return requireNonNull(service).ended();
    }

    /** Ends the agent, and its tasks unless they are to stay. */
    void close(Failures failures) {
        AgentService running = service;
        if (running != null) {
            failures.attempt(() -> running.close(config.keepTasksOnClose()));
        }
        failures.attempt(search);
        failures.attempt(server);
        failures.attempt(reads);
        failures.attempt(client);
    }
}
