package dev.polder.isolation.engine;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerUsage;
import dev.polder.isolation.EngineIsolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.OutputFiles;
import dev.polder.isolation.ShellText;
import dev.polder.isolation.docker.DockerContainer;
import dev.polder.isolation.docker.DockerEngine;
import dev.polder.isolation.docker.DockerRun;
import dev.polder.isolation.volume.BoundPaths;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a Docker engine run the containers that are its, as {@code --containerizers=docker} of Mesos does.
 *
 * <pre>
 *  note made ──► output files ──► container made ──► docker start --attach ──► container removed ──► note removed
 * </pre>
 * The container's task is the engine's client, which passes signals and output on and ends by the container's code. When the
 * client has ended, whatever ended it, the container is removed, running or not. One that the engine does not remove is
 * tried again until it does, or this node's next run does.
 *
 * <p>The engine may be gone, hang, or be started anew at any time: each call is a connection of its own, and is given up
 * after some silence.
 */
public final class DockerIsolator implements EngineIsolator {
    private static final Logger log = LoggerFactory.getLogger(DockerIsolator.class);

    /** How long nobody asks again what containers use, once the engine was silent. */
    private static final long USAGE_PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Settings settings;
    private final NodeNotes notes;
    private final BoundPaths paths;
    private final LeftContainers left;
    private volatile long usageSilentNanos = System.nanoTime() - USAGE_PAUSE_NANOS;

    /**
     * Of which engine, and for which node.
     *
     * @param directory the node's own, on the file system of the sandboxes; made if it is missing
     * @param socket the engine's
     * @param client the program {@code docker}
     * @param threadName of the thread that removes what is left
     * @param patience how long an engine is waited for
     * @param hostPathsAllowed below which paths of the host may be bound into containers, absolute
     */
    public record Settings(
            Path directory,
            Path socket,
            Path client,
            String threadName,
            Patience patience,
            List<Path> hostPathsAllowed) {
        /** Copies. */
        public Settings {
            requireNonNull(directory, "directory");
            requireNonNull(socket, "socket");
            requireNonNull(client, "client");
            requireNonNull(threadName, "threadName");
            requireNonNull(patience, "patience");
            hostPathsAllowed = List.copyOf(hostPathsAllowed);
        }
    }

    /**
     * How long an engine is waited for.
     *
     * @param silenceMax after which a call is given up
     * @param shortSilenceMax the same of calls for which others wait: those at the start, and those for usage
     * @param removalPause between trials to remove what is left
     */
    public record Patience(Duration silenceMax, Duration shortSilenceMax, Duration removalPause) {
        /** That of a node: 60 s, 2 s, 10 s. */
        public static final Patience USUAL =
                new Patience(Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofSeconds(10));

        /** Checks that nothing is missing. */
        public Patience {
            requireNonNull(silenceMax, "silenceMax");
            requireNonNull(shortSilenceMax, "shortSilenceMax");
            requireNonNull(removalPause, "removalPause");
        }
    }

    private DockerIsolator(Settings settings, NodeNotes notes) {
        this.settings = settings;
        this.notes = notes;
        paths = new BoundPaths(settings.hostPathsAllowed());
        left = new LeftContainers(settings.threadName(), settings.patience().removalPause(), this::remove);
    }

    /** Opens the node's directory; the engine is not asked. */
    public static DockerIsolator open(Settings settings) throws IOException {
        return new DockerIsolator(settings, NodeNotes.open(settings.directory()));
    }

    /** Has an engine containers of a node's earlier run, which are to be removed? The directory need not be there. */
    public static boolean isNeeded(Path directory) throws IOException {
        return NodeNotes.areIn(directory);
    }

    @Override
    public String name() {
        return "docker";
    }

    @Override
    public boolean runs(ContainerId id) {
        return notes.has(id);
    }

    /** An engine that is slow or not there keeps no node from starting: what is to be removed waits for it. */
    @Override
    public void recover(Set<ContainerId> containers) throws IOException {
        Set<ContainerId> former = new HashSet<>(notes.all());
        try {
            former.addAll(engine(settings.patience().shortSilenceMax())
                    .containersOf(notes.node())
                    .values());
        } catch (IOException e) {
            log.warn("the docker engine does not say what it runs socket={}", settings.socket(), e);
        }
        former.removeAll(containers);
        former.forEach(left::add);
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        if (spec.engine().isPresent() && spec.engine().get() instanceof DockerTask task) {
            prepare(spec, task.run(), plan);
        }
    }

    private void prepare(ContainerSpec spec, DockerRun run, LaunchPlan plan) throws IOException {
        ContainerId id = spec.id();
        String user = spec.task().user();
        Optional<Account> owner = user == null ? Optional.empty() : Optional.of(Account.named(user));
        Path note = notes.make(id);
        OutputFiles.make(note, spec.task().sandbox(), owner);
        DockerRun bound = new BoundMounts(paths, spec.task().sandbox(), owner).of(run);
        engine(settings.patience().silenceMax()).create(id, bound, notes.node());
        plan.runBy(client("start", "--attach", DockerRun.nameOf(id)), note);
    }

    private List<String> client(String... words) {
        List<String> command = new ArrayList<>(List.of(
                settings.client().toString(),
                "--config",
                notes.clientConfig().toString(),
                "--host",
                "unix://" + settings.socket()));
        command.addAll(List.of(words));
        return command;
    }

    @Override
    public String endScript() {
        String remove = client("rm", "--force", "--volumes").stream()
                .map(ShellText::quote)
                .collect(Collectors.joining(" "));
        return notes.forEach("set -- \"$@\" " + DockerRun.NAME_PREFIX + "\"$id\"") + "[ $# = 0 ] || " + remove
                + " \"$@\"\n";
    }

    /** What was killed for want of memory may have been a process that the container could do without. */
    @Override
    public Optional<Limitation> watch(ContainerId id) throws IOException {
        if (!runs(id)) {
            return Optional.empty();
        }
        Optional<DockerContainer> ended =
                engine(settings.patience().silenceMax()).inspect(DockerRun.nameOf(id));
        return ended.filter(container -> container.oomKilled() && container.exitCode() != 0)
                .map(container -> new Limitation(
                        Limitation.Kind.MEMORY,
                        "Memory limit exceeded: the kernel killed a process of the container, which ended with "
                                + container.exitCode()));
    }

    @Override
    public ContainerUsage usage(ContainerId id) throws IOException {
        if (!runs(id) || System.nanoTime() - usageSilentNanos < USAGE_PAUSE_NANOS) {
            return ContainerUsage.NONE;
        }
        try {
            return DockerUsages.of(engine(settings.patience().shortSilenceMax()).usage(DockerRun.nameOf(id)));
        } catch (SocketTimeoutException e) {
            usageSilentNanos = System.nanoTime();
            throw e;
        }
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        if (!runs(id)) {
            return;
        }
        try {
            remove(id);
        } catch (IOException e) {
            left.add(id);
            throw new IOException(
                    "container " + DockerRun.nameOf(id) + " is left until the engine removes it: " + e.getMessage(), e);
        }
    }

    private void remove(ContainerId id) throws IOException {
        engine(settings.patience().silenceMax()).remove(DockerRun.nameOf(id));
        notes.delete(id);
    }

    private DockerEngine engine(Duration silenceMax) throws IOException {
        return DockerEngine.connect(settings.socket(), silenceMax);
    }

    /** Containers go on; what is left stays for this node's next run. */
    @Override
    public void close() {
        left.close();
    }
}
