package dev.polder.agent;

import dev.polder.http.Headers;
import dev.polder.isolation.LaunchProbe;
import dev.polder.isolation.TaskLauncher;
import dev.polder.model.AgentId;
import dev.polder.wire.proto.Mesos.AgentInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
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
    private static final String PROTOCOL = "polder-agent/1";
    private static final long THREAD_END_MS_MAX = 5_000;

    private final AgentServiceConfig config;
    private final Checkpoint checkpoint;
    private final TaskLauncher launcher;
    private final AgentLoop loop;
    private final Thread thread;
    private boolean closed;

    private AgentService(
            AgentServiceConfig config, Checkpoint checkpoint, TaskLauncher launcher, AgentLoop loop, Thread thread) {
        this.config = config;
        this.checkpoint = checkpoint;
        this.launcher = launcher;
        this.loop = loop;
        this.thread = thread;
    }

    /**
     * Starts an agent. It takes up the tasks that an earlier one left, and begins to look for a master.
     *
     * @throws IOException if its directories cannot be used, are in use, or hold what is damaged or of a newer version.
     *     Nothing is left running.
     */
    public static AgentService start(AgentServiceConfig config) throws IOException {
        return start(
                config,
                (master, listener) -> config.client().upgrade(master, PATH, PROTOCOL, Headers.none(), listener));
    }

    static AgentService start(AgentServiceConfig config, MasterDialer dialer) throws IOException {
        Path agentDir = makeDirectory(config.agentDir(), "rwx------");
        Path sandboxDir = makeDirectory(config.sandboxDir(), "rwx--x--x");
        AgentState state = new AgentState();
        // the launcher locks its directory, so it is opened before the checkpoint beside it is touched
        LauncherEvents events = new LauncherEvents();
        TaskLauncher launcher = openLauncher(config, agentDir.resolve("containers"), events);
        Checkpoint checkpoint = null;
        try {
            checkpoint = Checkpoint.open(agentDir.resolve("checkpoint"), state);
            AgentLoop loop = new AgentLoop(
                    config, profile(config, agentDir, sandboxDir), state, checkpoint, dialer, new SecureRandom());
            events.to(loop::submit);
            loop.recover(launcher);
            Thread thread = new Thread(loop, config.nodeName() + "-agent");
            thread.setDaemon(true);
            launcher.start();
            thread.start();
            return new AgentService(config, checkpoint, launcher, loop, thread);
        } catch (IOException | RuntimeException e) {
            launcher.close();
            if (checkpoint != null) {
                checkpoint.close();
            }
            throw e;
        }
    }

    private static TaskLauncher openLauncher(AgentServiceConfig config, Path directory, LauncherEvents events)
            throws IOException {
        Optional<LaunchProbe> probe = config.probe().launches();
        return probe.isPresent()
                ? TaskLauncher.open(directory, config.nodeName(), config.endOrphans(), events, probe.get())
                : TaskLauncher.open(directory, config.nodeName(), config.endOrphans(), events);
    }

    private static Path makeDirectory(Path directory, String permissions) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Files.createDirectories(absolute);
        Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString(permissions));
        return absolute;
    }

    /** Who we are is asked of the file system: a directory that we may change the mode of is our own. */
    private static AgentProfile profile(AgentServiceConfig config, Path agentDir, Path sandboxDir) throws IOException {
        AgentInfo info = AgentInfo.newBuilder()
                .setHostname(config.hostname())
                .setPort(config.port())
                .addAllResources(config.resources())
                .addAllAttributes(config.attributes())
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
                    config.killGrace());
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

    /** Returns the numbers of the latest turn. */
    public AgentCounters counters() {
        return loop.counters();
    }

    Checkpoint checkpoint() {
        return checkpoint;
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
            launcher.killAll(config.killGrace());
        }
        loop.stop();
        await(loop.ended());
        launcher.close();
        join();
        try {
            checkpoint.close();
        } catch (IOException e) {
            LOG.warn("checkpoint not closed cleanly node={}", config.nodeName(), e);
        }
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
