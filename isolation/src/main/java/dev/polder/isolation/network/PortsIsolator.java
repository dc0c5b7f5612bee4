package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerProcesses;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.PortRanges;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mesos's {@code network/ports}: looks at intervals on which TCP ports the containers of the host's network listen, and, where
 * it is told to, has those ended that listen on ports which are not theirs; else it says so in the log, once a container
 * and port. Looks on a thread of its own, at all containers at once. One that is attached to networks, or has no limits at
 * all, is not watched.
 *
 * <p>It finds who listens by mistake, and stops nobody who means to: between two looks a task may listen where it wants.
 */
public final class PortsIsolator implements Isolator {
    private static final Duration WATCH_INTERVAL_MAX = Duration.ofSeconds(1);
    private static final long THREAD_END_MS_MAX = 5_000;

    private static final Logger log = LoggerFactory.getLogger(PortsIsolator.class);

    private final Settings settings;
    private final Path directory;
    private final PortsWatch watch;
    private final Map<ContainerId, WatchedPorts> watched = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Optional<Thread> thread = Optional.empty();

    /**
     * How it watches.
     *
     * @param directory for notes on containers, by which they are known after a restart; made if it is missing
     * @param threadName of the thread that looks
     * @param interval between two looks; more than 0
     * @param enforces whether a container that listens where it may not is ended
     * @param checked the ports that are looked at
     */
    public record Settings(Path directory, String threadName, Duration interval, boolean enforces, PortRanges checked) {
        /** Checks. */
        public Settings {
            requireNonNull(directory, "directory");
            requireNonNull(threadName, "threadName");
            requireNonNull(checked, "checked");
            if (interval.toMillis() < 1) {
                throw new IllegalArgumentException("interval " + interval + " is below 1 ms");
            }
        }
    }

    private PortsIsolator(Settings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
        this.watch = new PortsWatch(settings.checked());
    }

    /**
     * Opens it. It begins to look when it is told who acts for containers.
     *
     * @throws IOException if the directory cannot be used, or this host does not tell who listens
     */
    public static PortsIsolator open(Settings settings) throws IOException {
        PortsIsolator isolator = new PortsIsolator(settings, PrivateDirectory.make(settings.directory()));
        // says at once what every look would
        isolator.watch.strangers(Map.of());
        return isolator;
    }

    @Override
    public String name() {
        return "network/ports";
    }

    @Override
    public void recover(Set<ContainerId> containers) throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, "*" + WatchedPorts.UNFINISHED)) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        for (ContainerId id : ContainerNames.in(directory)) {
            if (containers.contains(id)) {
                watched.put(id, WatchedPorts.read(note(id)));
            } else {
                Files.deleteIfExists(note(id));
            }
        }
    }

    @Override
    public void observe(ContainerProcesses processes) {
        Thread looking = new Thread(() -> lookAlways(processes), settings.threadName());
        looking.setDaemon(true);
        thread = Optional.of(looking);
        looking.start();
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        if (spec.networks().isEmpty() && spec.limits().isPresent()) {
            put(spec.id(), new WatchedPorts(spec.limits().get().ports()));
        }
    }

    @Override
    public void update(ContainerId id, ContainerLimits limits) throws IOException {
        if (watched.containsKey(id)) {
            put(id, new WatchedPorts(limits.ports()));
        }
    }

    private void put(ContainerId id, WatchedPorts ports) throws IOException {
        ports.write(note(id));
        watched.put(id, ports);
    }

    private Path note(ContainerId id) {
        return directory.resolve(id.toString());
    }

    @Override
    public Optional<Duration> watchInterval() {
        if (!settings.enforces()) {
            return Optional.empty();
        }
        return Optional.of(
                settings.interval().compareTo(WATCH_INTERVAL_MAX) < 0 ? settings.interval() : WATCH_INTERVAL_MAX);
    }

    @Override
    public Optional<Limitation> watch(ContainerId id) {
        WatchedPorts ports = watched.get(id);
        return !settings.enforces() || ports == null || ports.strangers().isEmpty()
                ? Optional.empty()
                : Optional.of(new Limitation(Limitation.Kind.PORTS, words(id, ports.strangers())));
    }

    /** Mesos's. */
    private static String words(ContainerId id, Collection<Integer> strangers) {
        return "Container " + id + " is listening on unallocated port(s): " + PortRanges.of(strangers);
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        watched.remove(id);
        Files.deleteIfExists(note(id));
    }

    // ---- the thread that looks

    private void lookAlways(ContainerProcesses processes) {
        boolean fails = false;
        try {
            while (!closed.await(settings.interval().toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look(processes);
                    fails = false;
                } catch (IOException | RuntimeException e) {
                    if (!fails && closed.getCount() > 0) {
                        log.warn("the ports of containers are not seen containers={}", watched.size(), e);
                    }
                    fails = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(ContainerProcesses processes) throws IOException {
        Map<ContainerId, WatchedPorts> seen = Map.copyOf(watched);
        Map<ContainerId, PortsWatch.Holder> holders = new LinkedHashMap<>();
        processes
                .of(seen.keySet())
                .forEach((id, pids) -> holders.put(
                        id,
                        new PortsWatch.Holder(
                                pids, requireNonNull(seen.get(id), "id").ports())));
        for (Map.Entry<ContainerId, SortedSet<Integer>> found :
                watch.strangers(holders).entrySet()) {
            if (requireNonNull(seen.get(found.getKey()), "id").add(found.getValue())) {
                log.info("{}", words(found.getKey(), found.getValue()));
            }
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed.countDown();
        thread.ifPresent(PortsIsolator::end);
    }

    private static void end(Thread looking) {
        looking.interrupt();
        try {
            looking.join(THREAD_END_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
