package dev.polder.agent;

import dev.polder.http.Headers;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerUsage;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.RuntimeDirectory;
import dev.polder.isolation.fetch.Fetcher;
import dev.polder.isolation.fetch.FetcherSettings;
import dev.polder.isolation.files.DiskIsolator;
import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.volume.VolumeKind;
import dev.polder.model.AgentId;
import dev.polder.wire.proto.Mesos.AgentInfo;
import dev.polder.wire.proto.Mesos.Attribute;
import dev.polder.wire.proto.Mesos.Value;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running agent: it keeps a connection to the leading master, runs the tasks it is given and reports on them. What it
 * knows is on disk; started again on the same directories it finds its tasks. Thread-safe.
 */
public final class AgentService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentService.class);
    private static final String PATH = "/polder/v1/agent";
    private static final String CONTAINERS = "containers";
    private static final String PROTOCOL = "polder-agent/1";
    private static final long THREAD_END_MS_MAX = 5_000;
    private static final long ANSWER_MS_MAX = 5_000;

    /** The attribute that names the isolators of this agent. */
    private static final String ISOLATION = "isolation";

    private final AgentServiceConfig config;
    private final Stores stores;
    private final Containerizer containerizer;
    private final List<Attribute> attributes;
    private final AgentLoop loop;
    private final Thread thread;
    private boolean closed;

    /** What keeps something on the disk; closed last. */
    private record Stores(Checkpoint checkpoint, SandboxPool.Sources sources, SandboxKeeper keeper) {}

    private AgentService(
            AgentServiceConfig config,
            Stores stores,
            Containerizer containerizer,
            List<Attribute> attributes,
            AgentLoop loop,
            Thread thread) {
        this.config = config;
        this.stores = stores;
        this.containerizer = containerizer;
        this.attributes = attributes;
        this.loop = loop;
        this.thread = thread;
    }

    /**
     * Starts an agent. It takes up the tasks that an earlier one left, and begins to look for a master.
     *
     * @throws IOException if its directories cannot be used, are in use, or hold what is damaged or of a newer version, or
     *     if this host lacks isolation that is required. Nothing is left running.
     */
    public static AgentService start(AgentServiceConfig config) throws IOException {
        try (IsolationSearch search = IsolationSearch.begin(config)) {
            return start(config, search);
        }
    }

    /** The same, when it is being found out already what this host can do. The search stays the caller's to close. */
    public static AgentService start(AgentServiceConfig config, IsolationSearch search) throws IOException {
        return start(
                config,
                search,
                (master, listener) -> config.client().upgrade(master, PATH, PROTOCOL, Headers.none(), listener));
    }

    static AgentService start(AgentServiceConfig config, IsolationSearch search, MasterDialer dialer)
            throws IOException {
        Path agentDir = IsolationSearch.makeDirectory(config.agentDir(), "rwx------");
        Path sandboxDir = IsolationSearch.makeDirectory(config.sandboxDir(), "rwx--x--x");
        Path link = agentDir.resolve(CONTAINERS);
        Path containers = RuntimeDirectory.enter(link, config.runtimeDir(), config.incarnation());
        try {
            return start(config, dialer, new Directories(agentDir, sandboxDir, containers), search.take());
        } catch (IOException | RuntimeException e) {
            closeAfter(e, () -> RuntimeDirectory.leave(link, false));
            throw e;
        }
    }

    private record Directories(Path agent, Path sandboxes, Path containers) {}

    private static AgentService start(
            AgentServiceConfig config, MasterDialer dialer, Directories directories, HostIsolation isolation)
            throws IOException {
        isolation.abilities().forEach(row -> LOG.info("isolation node={} {}", config.nodeName(), row));
        try {
            return startIsolated(config, dialer, directories, isolation);
        } catch (IOException | RuntimeException e) {
            isolation.images().ifPresent(images -> closeAfter(e, images));
            throw e;
        }
    }

    private static AgentService startIsolated(
            AgentServiceConfig config, MasterDialer dialer, Directories directories, HostIsolation isolation)
            throws IOException {
        Path agentDir = directories.agent();
        Path sandboxDir = directories.sandboxes();
        AgentState state = new AgentState();
        List<Attribute> attributes = withIsolation(config.attributes(), isolation.text());
        // the containerizer locks its directory, so it is opened before the checkpoint beside it is touched
        ContainerEvents events = new ContainerEvents();
        Containerizer containerizer = Containerizer.open(new Containerizer.Settings(
                directories.containers(),
                config.nodeName(),
                config.endOrphans(),
                isolators(config, agentDir, isolation),
                events,
                config.probe().launches()));
        Checkpoint checkpoint = null;
        Fetcher fetcher = null;
        SandboxKeeper keeper = null;
        try {
            keeper = SandboxKeeper.open(config.nodeName(), sandboxDir, config.sandboxes(), containerizer.recovered());
            fetcher = Fetcher.open(FetcherSettings.of(agentDir.resolve("fetch")));
            SandboxPool.Sources sources = new SandboxPool.Sources(fetcher, isolation.images(), isolation.docker());
            checkpoint = Checkpoint.open(agentDir.resolve("checkpoint"), state);
            AgentLoop loop = new AgentLoop(
                    config,
                    profile(config, attributes, isolation, agentDir, sandboxDir),
                    state,
                    checkpoint,
                    sources,
                    dialer,
                    new SecureRandom());
            events.to(loop::submit);
            loop.recover(containerizer, keeper);
            Thread thread = new Thread(loop, config.nodeName() + "-agent");
            thread.setDaemon(true);
            containerizer.start();
            thread.start();
            keeper.start();
            return new AgentService(
                    config, new Stores(checkpoint, sources, keeper), containerizer, attributes, loop, thread);
        } catch (IOException | RuntimeException e) {
            containerizer.close();
            if (keeper != null) {
                keeper.close();
            }
            if (fetcher != null) {
                fetcher.close();
            }
            if (checkpoint != null) {
                checkpoint.close();
            }
            throw e;
        }
    }

    private static void closeAfter(Exception failure, Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** What this host can do, and what every host can; closed with the containerizer that takes them. */
    private static List<Isolator> isolators(AgentServiceConfig config, Path agentDir, HostIsolation isolation)
            throws IOException {
        List<Isolator> isolators = new ArrayList<>(isolation.isolators());
        try {
            // that of images is to stay the last
            isolators.add(
                    0,
                    DiskIsolator.open(new DiskIsolator.Settings(
                            agentDir.resolve("disk"),
                            config.nodeName() + "-disk",
                            config.sandboxes().containerDiskWatchInterval(),
                            config.sandboxes().enforceContainerDiskQuota())));
        } catch (IOException e) {
            isolators.forEach(Isolator::close);
            throw e;
        }
        return isolators;
    }

    /** Frameworks may choose agents by what these can do; an operator's own attribute of that name stays as it is. */
    private static List<Attribute> withIsolation(List<Attribute> attributes, String text) {
        if (attributes.stream().anyMatch(attribute -> attribute.getName().equals(ISOLATION))) {
            return attributes;
        }
        List<Attribute> all = new ArrayList<>(attributes);
        all.add(Attribute.newBuilder()
                .setName(ISOLATION)
                .setType(Value.Type.TEXT)
                .setText(Value.Text.newBuilder().setValue(text))
                .build());
        return List.copyOf(all);
    }

    private static AgentVolumes volumes(HostIsolation isolation) {
        Map<VolumeKind, String> refusals = new EnumMap<>(VolumeKind.class);
        for (VolumeKind kind : VolumeKind.values()) {
            String refusal = isolation.volumesRefusal(kind);
            if (!refusal.isEmpty()) {
                refusals.put(kind, refusal);
            }
        }
        return new AgentVolumes(refusals);
    }

    /** Who we are is asked of the file system: a directory that we may change the mode of is our own. */
    private static AgentProfile profile(
            AgentServiceConfig config,
            List<Attribute> attributes,
            HostIsolation isolation,
            Path agentDir,
            Path sandboxDir)
            throws IOException {
        AgentInfo info = AgentInfo.newBuilder()
                .setHostname(config.hostname())
                .setPort(config.port())
                .addAllResources(config.resources())
                .addAllAttributes(attributes)
                .build();
        Path own = Files.createTempFile(agentDir, "owner", "");
        try {
            return new AgentProfile(
                    info,
                    config.ip(),
                    config.incarnation(),
                    config.version(),
                    sandboxDir,
                    Files.getOwner(own).getName(),
                    Integer.valueOf(0).equals(Files.getAttribute(own, "unix:uid")),
                    config.killGrace(),
                    isolation.names(),
                    new AgentImages(isolation.imagesRefusal(), config.images().registryOfNames()),
                    volumes(isolation));
        } finally {
            Files.delete(own);
        }
    }

    /**
     * Returns a future that completes when a leading master has admitted this agent for the first time since the start;
     * exceptionally if it is refused or ends before.
     */
    public CompletableFuture<Void> admitted() {
        return loop.admitted().copy();
    }

    /** Returns a future that completes when this agent has ended: exceptionally if its disk or the agent itself failed. */
    public CompletableFuture<Void> ended() {
        return loop.ended().copy();
    }

    /** Returns the id that the cluster gave; empty before the first registration. */
    public Optional<AgentId> agentId() {
        return Optional.ofNullable(loop.agentId());
    }

    /** Returns the attributes that it is registered with: those it was started with, and how it isolates tasks. */
    public List<Attribute> attributes() {
        return attributes;
    }

    /** Returns the numbers of the latest turn. */
    public AgentCounters counters() {
        return loop.counters();
    }

    /** Returns how many sandboxes were deleted since the start, as nobody is to need them any more. */
    public long sandboxesRemoved() {
        return stores.keeper().removed();
    }

    /**
     * Returns the containers that run, with what each uses: read now, on the caller's thread, which takes some 0.3 ms of a
     * processor each.
     *
     * @throws IOException if the agent has ended, or does not answer
     */
    public List<ContainerReport> containers() throws IOException {
        List<RunningContainer> running = running();
        Map<ContainerId, RunningContainer> byId = new LinkedHashMap<>();
        running.forEach(container -> byId.put(new ContainerId(UUID.fromString(container.containerId())), container));
        Map<ContainerId, ContainerUsage> usage = containerizer.usage(byId.keySet());
        long wallMs = System.currentTimeMillis();
        List<ContainerReport> reports = new ArrayList<>();
        byId.forEach((id, container) ->
                reports.add(ContainerReport.of(container, usage.getOrDefault(id, ContainerUsage.NONE), wallMs)));
        return List.copyOf(reports);
    }

    private List<RunningContainer> running() throws IOException {
        try {
            CompletableFuture<List<RunningContainer>> running = loop.running();
            CompletableFuture.anyOf(running, loop.ended()).get(ANSWER_MS_MAX, TimeUnit.MILLISECONDS);
            if (running.isDone()) {
                return running.join();
            }
            throw new IOException("the agent has ended");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the agent was asked", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the agent has ended, or does not answer: " + e, e);
        }
    }

    Checkpoint checkpoint() {
        return stores.checkpoint();
    }

    /** Ends the tasks, then the agent. */
    @Override
    public void close() {
        close(false);
    }

    /**
     * Ends the agent; takes no longer than the grace and some seconds. Idempotent.
     *
     * @param keepTasks true: the tasks run on, and an agent started on the same directories finds them; false: they are
     *     ended first, with TERM and after the grace with KILL
     */
    public synchronized void close(boolean keepTasks) {
        if (closed) {
            return;
        }
        closed = true;
        await(loop.quiesce());
        if (!keepTasks) {
            containerizer.killAll(config.killGrace());
        }
        loop.stop();
        await(loop.ended());
        containerizer.close();
        join();
        closeFiles();
        LOG.info("agent closed node={} tasksKept={}", config.nodeName(), keepTasks);
    }

    private static void await(CompletableFuture<Void> future) {
        try {
            future.get(THREAD_END_MS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the agent thread ended before, or does not end", e);
        }
    }

    private void closeFiles() {
        close("sandbox keeper", stores.keeper()::close);
        close("fetcher", stores.sources().fetcher());
        stores.sources().images().ifPresent(images -> close("images", images));
        close("checkpoint", stores.checkpoint()::close);
        close(
                "runtime directory",
                () -> RuntimeDirectory.leave(config.agentDir().resolve(CONTAINERS), config.endOrphans()));
    }

    private void close(String what, Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            LOG.warn("{} not closed cleanly node={}", what, config.nodeName(), e);
        }
    }

    private void join() {
        try {
            thread.join(THREAD_END_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("thread does not end thread={}", thread.getName());
        }
    }
}
