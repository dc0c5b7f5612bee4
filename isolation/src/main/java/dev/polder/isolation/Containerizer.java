package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import dev.polder.isolation.IsolatedContainer.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts containers, each prepared by all isolators, ends those that reach a limit, and finds them again after a restart.
 * Any thread may call; nothing here waits for an isolator.
 *
 * <pre>
 *  launch --> isolators: prepare --> launcher: start ... end --> isolators: cleanup, in reverse order --> told
 * </pre>
 *
 * <p>What is written down of a container is the launcher's; isolators find on the host what they have made. So a node that
 * is killed between any two steps leaves either a container that is found again or remains that are cleaned up.
 */
public final class Containerizer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Containerizer.class);
    /** How many changes of one container's limits may wait for their turn. More are refused. */
    static final int UPDATES_MAX = 16;

    /** A task whose container has reached a limit is not asked first. */
    private static final Duration LIMIT_GRACE = Duration.ZERO;
    /** How long {@link #killAll} waits beyond the grace, for what does not end or cannot be removed at once. */
    private static final Duration CLEANUP_MAX = Duration.ofSeconds(10);

    private final TaskLauncher launcher;
    private final Isolators isolators;
    private final ContainerListener listener;
    private final Inbox inbox = new Inbox();
    private final ContainerWork work;
    private final WatchTimes watches;
    private final Thread thread;
    private final Set<ContainerId> known = ConcurrentHashMap.newKeySet();
    private final Map<ContainerId, IsolatedContainer> containers = new HashMap<>();
    private final List<CompletableFuture<Void>> waitingForNone = new ArrayList<>();
    /** Of recovered containers; told first. */
    private final Map<ContainerId, List<AttachedNetwork>> attachedBefore = new LinkedHashMap<>();

    private boolean closed;

    private Containerizer(Settings settings) throws IOException {
        isolators = new Isolators(settings.isolators());
        listener = settings.listener();
        LauncherSettings launches = LauncherSettings.of(
                        settings.directory(), settings.nodeName(), settings.endOrphans(), new FromLauncher())
                .withEndScript(isolators.endScript());
        try (Closing opened = new Closing()) {
            opened.keep(isolators::close);
            launcher = TaskLauncher.open(
                    settings.probe().isPresent()
                            ? launches.with(settings.probe().get())
                            : launches);
            opened.keep(launcher::close);
            isolators.recover(launcher.recovered());
            opened.forget();
        }
        launcher.recovered().forEach(id -> {
            known.add(id);
            containers.put(id, new IsolatedContainer(id, isolators.isOfAnEngine(id), Phase.RUNNING));
            attachedBefore.put(id, isolators.attached(id));
        });
        String prefix = settings.nodeName() + "-";
        work = new ContainerWork(prefix, inbox, isolators.haveAnEngine());
        watches = new WatchTimes(isolators.inOrder(), System.nanoTime());
        thread = new Thread(this::live, prefix + "containerizer");
        thread.setDaemon(true);
    }

    /**
     * What a containerizer is opened with.
     *
     * @param directory the launcher's, see {@link TaskLauncher#open}
     * @param nodeName goes into the names of threads
     * @param endOrphans true: tasks end when this JVM dies
     * @param isolators in the order in which they prepare; closed with the containerizer
     * @param probe for tests: stops launches on their way
     */
    public record Settings(
            Path directory,
            String nodeName,
            boolean endOrphans,
            List<Isolator> isolators,
            ContainerListener listener,
            Optional<LaunchProbe> probe) {
        /** Copies and checks. */
        public Settings {
            requireNonNull(directory, "directory");
            requireNonNull(nodeName, "nodeName");
            isolators = List.copyOf(isolators);
            requireNonNull(listener, "listener");
            requireNonNull(probe, "probe");
        }

        /** Nothing stops launches. */
        public Settings(
                Path directory,
                String nodeName,
                boolean endOrphans,
                List<Isolator> isolators,
                ContainerListener listener) {
            this(directory, nodeName, endOrphans, isolators, listener, Optional.empty());
        }
    }

    /**
     * Opens the directory, finds the containers that a former node has left, and has the remains of others removed.
     *
     * @throws IOException if the launcher cannot be opened, or an isolator cannot see what there is; nothing is left
     *     running, and the isolators are closed
     */
    public static Containerizer open(Settings settings) throws IOException {
        return new Containerizer(settings);
    }

    /** Returns the containers that were there at {@link #open}; how each stands is told to the listener. */
    public Set<ContainerId> recovered() {
        return launcher.recovered();
    }

    /** Starts; from now on the listener hears of recovered and new containers. Call once, after open. */
    public void start() {
        isolators.observe(this::processes);
        work.start();
        thread.start();
        launcher.start();
    }

    // ---- any thread

    /**
     * Starts a container; the listener is told what becomes of it: that it is not started, if {@code 65536} are known and
     * not forgotten.
     *
     * @throws IllegalArgumentException if one of its id is known
     */
    public void launch(ContainerSpec spec) {
        ContainerId id = spec.id();
        if (known.size() >= TaskLauncher.CONTAINERS_MAX) {
            String why = "too many containers: " + known.size() + " >= containersMax=" + TaskLauncher.CONTAINERS_MAX;
            inbox.send(() ->
                    tell(to -> to.onEnded(id, new ContainerEnd.NotStarted(why), Optional.empty(), Optional.empty())));
            return;
        }
        if (!known.add(id)) {
            throw new IllegalArgumentException("container " + id + " was launched before");
        }
        inbox.send(() -> prepare(spec));
    }

    /**
     * Ends a container: TERM, and KILL after {@code grace}. A further call may only shorten the grace. Unknown or ended:
     * nothing happens.
     */
    public void kill(ContainerId id, Duration grace) {
        requireNonNull(grace, "grace");
        inbox.send(() -> {
            IsolatedContainer container = containers.get(id);
            if (container != null) {
                kill(container, grace);
            }
        });
    }

    /**
     * Changes a running container's limits. The future is completed on the containerizer's thread, with an
     * {@link IOException} if the limits are as they were.
     */
    public CompletableFuture<Void> update(ContainerId id, ContainerLimits limits) {
        requireNonNull(limits, "limits");
        CompletableFuture<Void> done = new CompletableFuture<>();
        inbox.send(() -> {
            IsolatedContainer container = containers.get(id);
            if (container == null || container.phase == Phase.CLEANING) {
                done.completeExceptionally(new IOException("container " + id + " does not run"));
            } else if (container.waiting.size() >= UPDATES_MAX) {
                done.completeExceptionally(new IOException("container " + id + ": " + container.waiting.size()
                        + " changes wait >= updatesMax=" + UPDATES_MAX));
            } else {
                work.run(container, () -> updated(id, limits), failure -> complete(done, failure));
            }
        });
        return done;
    }

    /**
     * Returns what containers use: by their control groups or their engine where they have one, else by what the system
     * tells of their processes. Reads it on the caller's thread, which may be any, and keeps nothing; those of which
     * nothing is known are left out.
     */
    public Map<ContainerId, ContainerUsage> usage(Collection<ContainerId> ids) {
        Map<ContainerId, ContainerUsage> found = new LinkedHashMap<>();
        ProcessTable processes = null;
        for (ContainerId id : ids) {
            ContainerUsage usage = isolators.usage(id);
            boolean isIncomplete = usage.cpuTime().isEmpty() || usage.memory().isEmpty();
            // the process of an engine's container is the client
            if (isIncomplete && !isolators.isOfAnEngine(id)) {
                TaskProcess process = launcher.process(id);
                if (process != null) {
                    processes = processes == null ? launcher.processes() : processes;
                    usage = usage.or(processes.usage(process));
                }
            }
            if (!usage.equals(ContainerUsage.NONE)) {
                found.put(id, usage);
            }
        }
        return found;
    }

    private Map<ContainerId, Collection<Long>> processes(Collection<ContainerId> ids) {
        Map<ContainerId, Collection<Long>> found = new LinkedHashMap<>();
        ProcessTable processes = null;
        for (ContainerId id : ids) {
            Collection<Long> pids = isolators.processes(id);
            TaskProcess process = pids.isEmpty() && !isolators.isOfAnEngine(id) ? launcher.process(id) : null;
            if (process != null) {
                processes = processes == null ? launcher.processes() : processes;
                pids = processes.pids(process);
            }
            if (!pids.isEmpty()) {
                found.put(id, pids);
            }
        }
        return found;
    }

    /**
     * Returns the privileges of a container's processes, which what is started in it later must not exceed. Does not wait.
     *
     * @throws IOException if it would not be started here, with the reason for the task's owner
     */
    public Privileges privileges(ContainerSpec spec) throws IOException {
        return isolators.privileges(spec);
    }

    /** Deletes what is kept of a container when its end was told and everybody above knows. The sandbox stays. */
    public void forget(ContainerId id) {
        inbox.send(() -> {
            if (!containers.containsKey(id) && known.remove(id)) {
                launcher.forget(id);
            }
        });
    }

    /** Returns the files into which a process writes itself to be in a running container's control groups. Does not wait. */
    public List<Path> joinFiles(ContainerId id) {
        return isolators.joinFiles(id);
    }

    /** Returns how a program comes into a running container; empty if its namespaces are all that it takes. Does not wait. */
    public Optional<Entrance> entrance(ContainerId id) {
        return isolators.entrance(id);
    }

    /**
     * Kills every container, with TERM and then KILL after {@code grace}; returns when each is cleaned up, or some ten
     * seconds after the grace if something cannot be killed or removed. Used before close; after it nothing happens.
     */
    public void killAll(Duration grace) {
        if (inbox.isClosed()) {
            return;
        }
        launcher.killAll(grace);
        CompletableFuture<Void> none = new CompletableFuture<>();
        inbox.send(() -> {
            // those that were being prepared, too
            List.copyOf(containers.values()).forEach(container -> kill(container, grace));
            waitingForNone.add(none);
            tellIfNone();
        });
        try {
            none.get(grace.plus(CLEANUP_MAX).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.warn("containers are left that could not be ended and cleaned up");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops; running tasks go on, or are ended, as was said at {@link #open}. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        launcher.close();
        inbox.close();
        TaskLauncher.join(thread, () -> {});
        work.close();
        isolators.close();
    }

    // ---- the containerizer's thread

    private void live() {
        attachedBefore.forEach(this::tellAttached);
        attachedBefore.clear();
        inbox.run(() -> watches.nanosToNext(System.nanoTime()), this::watch);
    }

    private void prepare(ContainerSpec spec) {
        IsolatedContainer container = new IsolatedContainer(
                spec.id(), spec.engine().isPresent() && isolators.haveAnEngine(), Phase.PREPARING);
        containers.put(spec.id(), container);
        work.run(container, () -> prepared(spec), prepared -> launch(container, prepared));
    }

    /** A task that is ready and attached to networks, or why there is none. */
    private record Prepared(@Nullable TaskSpec task, List<AttachedNetwork> networks, String problem) {}

    private Prepared prepared(ContainerSpec spec) {
        try {
            TaskSpec task = isolators.prepare(spec);
            return new Prepared(task, spec.networks().isEmpty() ? List.of() : isolators.attached(spec.id()), "");
        } catch (IOException | RuntimeException e) {
            return new Prepared(null, List.of(), String.valueOf(e.getMessage()));
        }
    }

    private void launch(IsolatedContainer container, Prepared prepared) {
        if (prepared.task() == null) {
            end(container, new ContainerEnd.NotStarted(prepared.problem()));
        } else if (container.grace != null) {
            end(container, new ContainerEnd.NotStarted("killed before it was started"));
        } else {
            container.phase = Phase.LAUNCHED;
            tellAttached(container.id, prepared.networks());
            launcher.launch(prepared.task());
        }
    }

    private void kill(IsolatedContainer container, Duration grace) {
        switch (container.phase) {
            case PREPARING -> container.grace = Kills.shorter(container.grace, grace);
            case LAUNCHED, RUNNING -> launcher.kill(container.id, grace);
            case CLEANING -> {
                // it has ended
            }
        }
    }

    private void started(ContainerId id, long pid) {
        IsolatedContainer container = containers.get(id);
        if (container != null) {
            container.phase = Phase.RUNNING;
            tell(to -> to.onStarted(id, pid));
        }
    }

    private void end(IsolatedContainer container, ContainerEnd end) {
        container.phase = Phase.CLEANING;
        work.run(container, () -> cleaned(container), cleaned -> {
            containers.remove(container.id);
            tell(to -> to.onEnded(container.id, end, cleaned.limitation(), cleaned.remains()));
            tellIfNone();
        });
    }

    /** Which limit it has reached, if any, and what is left of it. */
    private record Cleaned(Optional<Limitation> limitation, Optional<String> remains) {}

    private Cleaned cleaned(IsolatedContainer container) {
        Optional<Limitation> limitation = container.limitation.or(() -> isolators.limitation(container.id));
        return new Cleaned(limitation, isolators.cleanup(container.id));
    }

    private void tellAttached(ContainerId id, List<AttachedNetwork> networks) {
        if (!networks.isEmpty()) {
            tell(to -> to.onAttached(id, networks));
        }
    }

    private void tellIfNone() {
        if (containers.isEmpty()) {
            waitingForNone.forEach(none -> none.complete(null));
            waitingForNone.clear();
        }
    }

    private void watch() {
        List<Isolator> due = watches.due(System.nanoTime());
        if (due.isEmpty()) {
            return;
        }
        for (IsolatedContainer container : containers.values()) {
            if (container.phase == Phase.RUNNING && container.limitation.isEmpty() && !container.isBusy) {
                work.run(container, () -> isolators.limitation(container.id, due), found -> limited(container, found));
            }
        }
    }

    private void limited(IsolatedContainer container, Optional<Limitation> found) {
        if (found.isPresent() && container.phase == Phase.RUNNING) {
            container.limitation = found;
            log.info(
                    "container reached a limit id={} kind={}",
                    container.id,
                    found.get().kind());
            launcher.kill(container.id, LIMIT_GRACE);
        }
    }

    /** Returns what went wrong, empty if nothing did. */
    private Optional<IOException> updated(ContainerId id, ContainerLimits limits) {
        try {
            isolators.update(id, limits);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    private static void complete(CompletableFuture<Void> done, Optional<IOException> failure) {
        if (failure.isPresent()) {
            done.completeExceptionally(failure.get());
        } else {
            done.complete(null);
        }
    }

    private void tell(Consumer<ContainerListener> call) {
        try {
            call.accept(listener);
        } catch (RuntimeException e) {
            log.error("the container listener failed", e);
        }
    }

    /** Brings what the launcher tells to our thread. */
    private final class FromLauncher implements TaskListener {
        @Override
        public void onStarted(ContainerId id, long pid) {
            inbox.send(() -> started(id, pid));
        }

        @Override
        public void onExited(ContainerId id, ExitStatus status) {
            ended(id, new ContainerEnd.Exited(status));
        }

        @Override
        public void onNotStarted(ContainerId id, String why) {
            ended(id, new ContainerEnd.NotStarted(why));
        }

        @Override
        public void onLost(ContainerId id, String why) {
            ended(id, new ContainerEnd.Lost(why));
        }

        private void ended(ContainerId id, ContainerEnd end) {
            inbox.send(() -> {
                IsolatedContainer container = containers.get(id);
                if (container != null) {
                    end(container, end);
                }
            });
        }
    }
}
