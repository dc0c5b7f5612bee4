package dev.polder.isolation.files;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerUsage;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Limitation;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mesos's {@code disk/du}: measures at intervals how much of the disk each container's sandbox takes, and, where it is told
 * to, has those ended that take more than they may. Measures on a thread of its own, many sandboxes at once; one that holds
 * very many files is measured alone, and the more seldom the longer it takes, so that no other waits for it.
 *
 * <p>Between two looks a sandbox may grow beyond its limit. A deleted file that is still open is not seen, nor is, unless the
 * node is root, what a task hides in directories that may not be listed. A file with names in several sandboxes counts for
 * one of them.
 */
public final class DiskIsolator implements Isolator {
    private static final int BATCH = 64;
    private static final Duration PROGRAM_TIME_MAX = Duration.ofSeconds(30);
    private static final long GOOD_TIME_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration WATCH_INTERVAL_MAX = Duration.ofSeconds(1);
    private static final long THREAD_END_MS_MAX = 5_000;
    private static final String MEASURED = "measured";

    private static final Logger log = LoggerFactory.getLogger(DiskIsolator.class);

    private final Settings settings;
    private final Map<ContainerId, WatchedSandbox> watched = new ConcurrentHashMap<>();
    private final Optional<DiskProgram> program;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * How it measures.
     *
     * @param directory for notes on containers, by which they are known after a restart; made if it is missing, and the
     *     owner's alone
     * @param threadName of the thread that measures
     * @param interval between two rounds; more than 0
     * @param enforces whether a container that takes more than it may is ended
     */
    public record Settings(Path directory, String threadName, Duration interval, boolean enforces) {
        /** Checks. */
        public Settings {
            requireNonNull(directory, "directory");
            requireNonNull(threadName, "threadName");
            if (interval.toMillis() < 1) {
                throw new IllegalArgumentException("interval " + interval + " is below 1 ms");
            }
        }
    }

    private DiskIsolator(Settings settings, Optional<DiskProgram> program) {
        this.settings = settings;
        this.program = program;
        thread = new Thread(this::measureAlways, settings.threadName());
        thread.setDaemon(true);
    }

    /**
     * Opens it, and begins to measure where this host can.
     *
     * @throws IOException if the directory cannot be made, or limits are to be enforced and this host has no {@code du}
     */
    public static DiskIsolator open(Settings settings) throws IOException {
        return open(settings, DiskProgram.find());
    }

    static DiskIsolator open(Settings settings, Optional<Path> program) throws IOException {
        if (program.isEmpty() && settings.enforces()) {
            throw new IOException("disk/du: this host has no program du, so limits of the disk cannot be enforced");
        }
        Path directory = settings.directory();
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        DiskIsolator isolator = new DiskIsolator(
                settings, program.map(path -> new DiskProgram(path, directory.resolve(MEASURED), PROGRAM_TIME_MAX)));
        if (program.isEmpty()) {
            log.warn("this host has no program du: the disk that sandboxes take is not measured");
        } else {
            isolator.thread.start();
        }
        return isolator;
    }

    @Override
    public String name() {
        return "disk/du";
    }

    /** A container of an engine has a sandbox, too. */
    @Override
    public boolean isForEngines() {
        return true;
    }

    @Override
    public void recover(Set<ContainerId> containers) throws IOException {
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(settings.directory())) {
            for (Path note : notes) {
                if (note.getFileName().toString().equals(MEASURED)) {
                    continue;
                }
                ContainerId id =
                        new ContainerId(UUID.fromString(note.getFileName().toString()));
                WatchedSandbox sandbox = containers.contains(id) ? WatchedSandbox.read(note) : null;
                if (sandbox == null) {
                    Files.deleteIfExists(note);
                } else {
                    watched.put(id, sandbox);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        WatchedSandbox sandbox = new WatchedSandbox(
                spec.task().sandbox(),
                spec.limits().isPresent() ? spec.limits().get().diskBytesMax() : OptionalLong.empty());
        sandbox.write(note(spec.id()));
        watched.put(spec.id(), sandbox);
    }

    private Path note(ContainerId id) {
        return settings.directory().resolve(id.toString());
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
        WatchedSandbox sandbox = watched.get(id);
        if (!settings.enforces() || sandbox == null || sandbox.bytesMax().isEmpty()) {
            return Optional.empty();
        }
        long bytes = sandbox.bytes();
        long bytesMax = sandbox.bytesMax().getAsLong();
        return bytes <= bytesMax
                ? Optional.empty()
                : Optional.of(new Limitation(
                        Limitation.Kind.DISK,
                        "Disk usage (" + ByteSize.print(bytes) + ") exceeds quota (" + ByteSize.print(bytesMax) + ")"));
    }

    @Override
    public ContainerUsage usage(ContainerId id) {
        WatchedSandbox sandbox = watched.get(id);
        return sandbox == null || sandbox.bytes() == WatchedSandbox.UNKNOWN
                ? ContainerUsage.NONE
                : ContainerUsage.ofDisk(sandbox.bytes());
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        watched.remove(id);
        Files.deleteIfExists(note(id));
    }

    // ---- the thread that measures

    private void measureAlways() {
        DiskProgram measuring = program.orElseThrow();
        try {
            while (!closed.await(settings.interval().toMillis(), TimeUnit.MILLISECONDS)) {
                measureAll(measuring);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void measureAll(DiskProgram measuring) throws InterruptedException {
        List<WatchedSandbox> together = new ArrayList<>();
        List<WatchedSandbox> alone = new ArrayList<>();
        for (WatchedSandbox sandbox : watched.values()) {
            if (!sandbox.isSkipped()) {
                (sandbox.isSlow() ? alone : together).add(sandbox);
            }
        }
        for (int from = 0; from < together.size(); from += BATCH) {
            measure(measuring, together.subList(from, Math.min(from + BATCH, together.size())));
        }
        for (WatchedSandbox sandbox : alone) {
            measure(measuring, List.of(sandbox));
        }
    }

    private static void measure(DiskProgram measuring, List<WatchedSandbox> sandboxes) throws InterruptedException {
        long beganNanos = System.nanoTime();
        try {
            Map<Path, Long> bytes = measuring.measure(
                    sandboxes.stream().map(WatchedSandbox::path).toList());
            boolean inGoodTime = sandboxes.size() > 1 || System.nanoTime() - beganNanos < GOOD_TIME_NANOS;
            for (WatchedSandbox sandbox : sandboxes) {
                Long found = bytes.get(sandbox.path());
                if (found == null) {
                    sandbox.missed();
                } else {
                    sandbox.measured(found, inGoodTime);
                }
            }
        } catch (IOException e) {
            log.warn("the disk that sandboxes take is not measured sandboxes={}", sandboxes.size(), e);
        }
    }

    /** Ends the thread, and a program that runs. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        try {
            thread.join(THREAD_END_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
