package dev.polder;

import static java.util.Objects.requireNonNull;

import dev.polder.agent.AgentProbe;
import dev.polder.agent.AgentServiceConfig;
import dev.polder.agent.SandboxSettings;
import dev.polder.api.ApiConfig;
import dev.polder.http.NetworkThreads;
import dev.polder.isolation.host.DeviceSettings;
import dev.polder.isolation.host.PortsSettings;
import dev.polder.master.MasterConfig;
import dev.polder.master.MasterPort.Leader;
import dev.polder.metrics.Metrics;
import dev.polder.metrics.SystemMetrics;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.MemberChange;
import dev.polder.raft.RaftSecurity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a node is made of, in the order in which it is opened. It is closed in another: first what decides, then what
 * acts, then the sockets, so that a closed stream is never taken for a client that went away.
 */
final class NodeParts {
    private static final int NETWORK_THREADS = 2;

    private final ClusterConfig config;
    private final AgentProbe probe;
    private final Build build = Build.read();
    private final long startedWallMs = System.currentTimeMillis();
    private final Metrics metrics = new Metrics();

    private @Nullable DataDirectory directory;
    private @Nullable NetworkThreads threads;
    private @Nullable MasterParts master;
    private @Nullable AgentParts agent;
    private @Nullable LeaderFinder finder;
    private final NodeRecipes recipes;

    NodeParts(ClusterConfig config, AgentProbe probe) {
        this.config = config;
        this.probe = probe;
        recipes = new NodeRecipes(config, () -> requireNonNull(master).recipes());
    }

    void start() throws IOException {
        NetworkThreads started = NetworkThreads.start(config.name() + "-net", NETWORK_THREADS);
        threads = started;
        // ports first: where one cannot be had, the data directory stays as it is
        NodeMetrics numbers = new NodeMetrics(metrics);
        SystemMetrics.register(metrics);
        boolean isMaster = config.roles().contains(NodeRole.MASTER);
        MasterParts mastering = isMaster ? new MasterParts(config, started, metrics, numbers) : null;
        master = mastering;
        AgentParts acting =
                config.roles().contains(NodeRole.AGENT) ? new AgentParts(config, started, metrics, numbers) : null;
        agent = acting;
        // a directory remembers what its first node was told, so all that can be wrong is looked at before
        RaftSecurity security = config.raftCredentials().read();
        DataDirectory opened =
                DataDirectory.open(config.dataDir(), isMaster ? Optional.of(Membership.of(config)) : Optional.empty());
        directory = opened;
        AgentServiceConfig settings = acting == null
                ? null
                : acting.settings(opened, build, leaderAddress(mastering, security, opened), probe);
        if (acting != null && settings != null) {
            acting.begin(settings);
        }
        if (mastering != null) {
            mastering.start(opened, security, apiConfig());
        }
        if (acting != null && settings != null) {
            acting.start(settings, apiConfig(), this::leaderHostname);
        }
    }

    /** Where the agent finds the leader: its own master knows it, or the members are asked. */
    private Supplier<Optional<InetSocketAddress>> leaderAddress(
            @Nullable MasterParts mastering, RaftSecurity security, DataDirectory opened) throws IOException {
        if (mastering != null) {
            return () -> mastering.leader().map(leader -> new InetSocketAddress(leader.ip(), leader.port()));
        }
        LeaderFinder finding = LeaderFinder.start(config.name(), config.seeds(), security, opened::rememberCluster);
        finder = finding;
        return finding;
    }

    private String leaderHostname() {
        LeaderFinder finding = finder;
        return finding == null
                ? leader().map(Leader::hostname).orElse("")
                : finding.get().map(InetSocketAddress::getHostString).orElse("");
    }

    private Optional<Leader> leader() {
        MasterParts mastering = master;
        return mastering == null ? Optional.empty() : mastering.leader();
    }

    private ApiConfig apiConfig() {
        return ApiConfig.defaults(config.name() + "-api", build.version(), build.builtWallMs(), startedWallMs)
                .withHeartbeatInterval(config.heartbeatInterval())
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
        config.offers().addFlags(flags);
        return flags;
    }

    private Map<String, String> agentFlags() {
        Map<String, String> flags = new TreeMap<>();
        flags.put("ip", config.bind());
        flags.put("port", Integer.toString(config.agentPort()));
        flags.put("hostname", config.advertise());
        flags.put("work_dir", requireNonNull(directory).path().toString());
        flags.put(
                "runtime_dir",
                config.runtimeDir()
                        .orElseGet(() -> requireNonNull(directory).agent())
                        .toString());
        flags.put("resources", config.resources());
        flags.put("attributes", config.attributes());
        DeviceSettings devices = config.isolation().devices();
        if (!devices.allowed().isEmpty()) {
            flags.put("allowed_devices", devices.allowedText());
        }
        if (!devices.gpus().isEmpty()) {
            flags.put(
                    "nvidia_gpu_devices",
                    devices.gpus().stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        config.images().seccompDirectory().ifPresent(path -> flags.put("seccomp_config_dir", path.toString()));
        config.images().seccompProfile().ifPresent(name -> flags.put("seccomp_profile_name", name));
        SandboxSettings sandboxes = config.sandboxSettings();
        flags.put("gc_delay", sandboxes.gcDelay().toSeconds() + "secs");
        flags.put("gc_disk_headroom", ClusterConfigKeys.printThousandths(sandboxes.gcDiskHeadroomThousandths()));
        flags.put("disk_watch_interval", sandboxes.diskWatchInterval().toSeconds() + "secs");
        flags.put(
                "container_disk_watch_interval",
                sandboxes.containerDiskWatchInterval().toSeconds() + "secs");
        flags.put("enforce_container_disk_quota", Boolean.toString(sandboxes.enforceContainerDiskQuota()));
        PortsSettings ports = config.ports();
        flags.put("container_ports_watch_interval", ports.watchInterval().toSeconds() + "secs");
        flags.put("enforce_container_ports", Boolean.toString(ports.enforces()));
        flags.put("check_agent_port_range_only", Boolean.toString(ports.agentRangeOnly()));
        ports.isolatedRange().ifPresent(range -> flags.put("container_ports_isolated_range", range.toString()));
        return flags;
    }

    NodeRecipes recipes() {
        return recipes;
    }

    // ---- questions

    ClusterConfig config() {
        return config;
    }

    DataDirectory directory() {
        return requireNonNull(directory);
    }

    /** Completes when a leader serves, as far as a node can know that is no master. */
    CompletableFuture<Void> leaderServes() {
        MasterParts mastering = master;
        return mastering == null ? CompletableFuture.completedFuture(null) : mastering.served();
    }

    /** Returns what keeps this node from a leader, as far as others told it; empty if nobody did. */
    String obstacle() {
        return Optional.ofNullable(master)
                .map(MasterParts::obstacle)
                .or(() -> Optional.ofNullable(finder).map(LeaderFinder::obstacle))
                .orElse("");
    }

    /** Calls the listener, on the master's thread, when the master has stopped; with the cause if nobody asked for it. */
    void whenMasterStops(Consumer<Optional<Throwable>> listener) {
        MasterParts mastering = master;
        if (mastering != null) {
            mastering.whenStopped(listener);
        }
    }

    /** Calls the listener, on the agent's thread, when the agent has ended because it failed. */
    void whenAgentFails(Consumer<Throwable> listener) {
        AgentParts acting = agent;
        if (acting != null) {
            CompletableFuture<Void> unused = acting.ended().whenComplete((nothing, fault) -> {
                if (fault != null) {
                    // the future wraps what it passes on
                    listener.accept(fault instanceof CompletionException ? requireNonNull(fault.getCause()) : fault);
                }
            });
        }
    }

    CompletableFuture<Void> agentAdmitted() {
        AgentParts acting = agent;
        return acting == null ? CompletableFuture.completedFuture(null) : acting.admitted();
    }

    Optional<InetSocketAddress> masterAddress() {
        return Optional.ofNullable(master).map(MasterParts::address);
    }

    Optional<InetSocketAddress> agentAddress() {
        return Optional.ofNullable(agent).map(AgentParts::address);
    }

    String describe() {
        String roles = config.roles().stream()
                .sorted()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" and "));
        return String.join(
                "\n",
                "Polder " + build.version(),
                "node     " + config.name() + ", " + roles,
                "listens  " + listens(),
                "data     " + directory().path() + (directory().temporary() ? ", deleted at close" : ""),
                "members  " + members().size() + ": " + String.join(", ", members()),
                "leader   " + describeLeader());
    }

    /** Returns the masters of the cluster, as far as this node knows them. */
    List<String> members() {
        MasterParts mastering = master;
        return mastering == null ? Membership.of(config).members() : mastering.members();
    }

    /** Changes the masters of the cluster, if this node leads. */
    CompletableFuture<ChangeOutcome> change(MemberChange change) {
        MasterParts mastering = master;
        return mastering == null
                ? CompletableFuture.completedFuture(new ChangeOutcome.Moved(Optional.empty()))
                : mastering.change(change);
    }

    private String listens() {
        return Stream.of(
                        masterAddress().map(address -> url("master", address)),
                        agentAddress().map(address -> url("agent", address)))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    private String describeLeader() {
        LeaderFinder finding = finder;
        Optional<String> known = finding != null
                ? finding.get().map(address -> address.getHostString() + ":" + address.getPort())
                : leader().map(one ->
                        (one.self() ? "this node" : one.hostname() + ":" + one.port()) + ", master id " + one.id());
        String obstacle = obstacle();
        return known.orElse(obstacle.isEmpty() ? "none yet" : "none, " + obstacle);
    }

    private String url(String what, InetSocketAddress address) {
        return what + " http://" + config.advertise() + ":" + address.getPort();
    }

    // ---- the end

    /** Closes whatever was opened, all of it even if something fails; throws the first failure. */
    void close() throws IOException {
        Failures failures = new Failures();
        failures.attempt(recipes);
        MasterParts mastering = master;
        if (mastering != null) {
            mastering.stopDeciding(failures);
        }
        AgentParts acting = agent;
        if (acting != null) {
            acting.close(failures);
        }
        if (mastering != null) {
            mastering.close(failures);
        }
        failures.attempt(finder);
        failures.attempt(threads);
        failures.attempt(directory);
        failures.throwFirst();
    }
}
