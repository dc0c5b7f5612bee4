package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.files.CollectorHost;
import dev.polder.isolation.files.DiskUse;
import dev.polder.isolation.files.OutputSettings;
import dev.polder.isolation.files.SandboxCollector;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps sandboxes within bounds, on a thread of its own: deletes old ones ({@link SandboxCollector}), and while tasks run
 * discards the beginning of what they write ({@link SandboxOutput}). Any thread may tell it of containers.
 *
 * <p>Nothing is stored: after a restart the sandboxes of the containers that were found are looked for by their names, and
 * those of all others have ended.
 */
final class SandboxKeeper implements AutoCloseable {
    /** Names that lead from the root to a sandbox: those of {@link SandboxPath}. */
    static final int DEPTH = 8;

    /** Where output gets its second names, below the root; nobody else may enter. */
    private static final String OUTPUT = ".output";

    private static final long OUTPUT_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long THREAD_END_MS_MAX = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(SandboxKeeper.class);

    private final Path root;
    private final long watchIntervalNanos;
    private final UsedSandboxes used;
    private final @Nullable SandboxCollector collector;
    private final SandboxOutput outputs;
    private final Thread thread;
    /** Never full: it holds no more than the containers there are, and those are bounded by the containerizer. */
    private final BlockingQueue<ContainerId> ends = new LinkedBlockingQueue<>();

    private final Set<ContainerId> recovered;
    private final CollectorHost host = new Host();
    private volatile boolean closed;
    private final AtomicLong removed = new AtomicLong();
    private List<String> troubles = List.of();

    private SandboxKeeper(
            String nodeName,
            Path root,
            SandboxSettings settings,
            Set<ContainerId> recovered,
            @Nullable SandboxCollector collector,
            SandboxOutput outputs) {
        this.root = root;
        this.watchIntervalNanos = settings.diskWatchInterval().toNanos();
        this.used = new UsedSandboxes(root);
        this.recovered = Set.copyOf(recovered);
        this.collector = collector;
        this.outputs = outputs;
        this.thread = new Thread(this::keep, nodeName + "-sandbox-keeper");
        thread.setDaemon(true);
        recovered.forEach(used::recovered);
    }

    /**
     * Opens it; it does nothing before {@link #start}.
     *
     * @param sandboxDir below which sandboxes lie; exists, and is used by no other process
     * @param recovered the containers that an earlier process launched and nobody has forgotten
     */
    static SandboxKeeper open(String nodeName, Path sandboxDir, SandboxSettings settings, Set<ContainerId> recovered)
            throws IOException {
        Path root = sandboxDir.toRealPath();
        SandboxCollector collector = null;
        try {
            collector = SandboxCollector.open(root, DEPTH, settings.collecting());
        } catch (UnsupportedOperationException e) {
            LOG.warn("old sandboxes stay node={} reason={}", nodeName, e.getMessage());
        }
        Map<String, OutputSettings> bounds = settings.outputs().ifPossible().byName();
        if (bounds.isEmpty() && !settings.outputs().byName().isEmpty()) {
            LOG.warn("what tasks write is not kept within bounds: this host has no fallocate node={}", nodeName);
        }
        try {
            return new SandboxKeeper(
                    nodeName, root, settings, recovered, collector, SandboxOutput.open(root.resolve(OUTPUT), bounds));
        } catch (IOException e) {
            if (collector != null) {
                collector.close();
            }
            throw e;
        }
    }

    void start() {
        thread.start();
    }

    // ---- any thread

    /** A sandbox is going to be made. */
    void begin(ContainerId id, Path sandbox) {
        used.begin(id, real(sandbox));
    }

    /** The way to the root may have links. */
    private Path real(Path sandbox) {
        int names = sandbox.getNameCount();
        return root.resolve(sandbox.subpath(names - DEPTH, names));
    }

    /** A container has ended, or will never be launched. May be told twice. */
    void end(ContainerId id) {
        ends.add(id);
    }

    /** Returns how many sandboxes were deleted since the start. */
    long removed() {
        return removed.get();
    }

    // ---- the keeper's thread

    private void keep() {
        try {
            findRecovered();
            long outputsDue = System.nanoTime();
            long collectionDue = outputsDue;
            while (!closed) {
                if (System.nanoTime() - outputsDue >= 0) {
                    outputs.look(used.known());
                    outputsDue = System.nanoTime() + OUTPUT_INTERVAL_NANOS;
                }
                if (System.nanoTime() - collectionDue >= 0) {
                    collectionDue = System.nanoTime() + collect();
                }
                awaitEnds(Math.min(outputsDue - System.nanoTime(), collectionDue - System.nanoTime()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for ends, no longer than that, and notes all that there are. */
    private void awaitEnds(long nanos) throws InterruptedException {
        ContainerId id = ends.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        while (id != null) {
            noteEnd(id);
            id = ends.poll();
        }
    }

    private void noteEnd(ContainerId id) throws InterruptedException {
        Path sandbox = used.of(id);
        if (sandbox != null) {
            outputs.lookAtLast(sandbox);
            try {
                if (collector != null) {
                    collector.ended(sandbox, System.currentTimeMillis());
                }
            } catch (IOException | RuntimeException e) {
                // its age is that of its directory, then
                LOG.warn("end of a sandbox not noted sandbox={}", sandbox, e);
            }
        }
        used.end(id);
    }

    /** Directories above sandboxes are ours, so no link is among them but {@code latest}, which is not followed. */
    private void findRecovered() {
        if (recovered.isEmpty()) {
            return;
        }
        Map<String, ContainerId> byName = new HashMap<>();
        recovered.forEach(id -> byName.put(id.toString(), id));
        try (Stream<Path> found = Files.walk(root, DEPTH)) {
            found.filter(path -> path.getNameCount() - root.getNameCount() == DEPTH)
                    .forEach(path -> {
                        ContainerId id = byName.get(path.getFileName().toString());
                        if (id != null) {
                            used.begin(id, path);
                        }
                    });
        } catch (IOException | RuntimeException e) {
            LOG.warn("sandboxes of former containers not found directory={}", root, e);
        }
    }

    /** Does part of what is to be done; returns after how many nanoseconds to go on. */
    private long collect() {
        if (collector == null) {
            return watchIntervalNanos;
        }
        long beganNanos = System.nanoTime();
        try {
            SandboxCollector.Turn turn = collector.turn(host);
            removed.addAndGet(turn.sandboxes());
            if (turn.sandboxes() > 0) {
                LOG.info("sandboxes removed count={} directory={}", turn.sandboxes(), root);
            }
            tell(turn.troubles());
            if (turn.isMore()) {
                // the disk is the tasks', too
                return System.nanoTime() - beganNanos;
            }
        } catch (IOException | RuntimeException e) {
            tell(List.of(e.toString()));
        }
        return watchIntervalNanos;
    }

    /** They come again at each look, and are told when they change. */
    private void tell(List<String> now) {
        if (!now.equals(troubles)) {
            now.forEach(trouble -> LOG.warn("sandboxes are not collected trouble={}", trouble));
            troubles = now;
        }
    }

    /** Ends the thread. */
    @Override
    public void close() throws IOException {
        closed = true;
        thread.interrupt();
        try {
            thread.join(THREAD_END_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("thread does not end thread={}", thread.getName());
        } else if (collector != null) {
            collector.close();
        }
    }

    /** This host, as the collector asks for it. */
    private final class Host implements CollectorHost {
        @Override
        public long nowMs() {
            return System.currentTimeMillis();
        }

        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }

        @Override
        public DiskUse disk() throws IOException {
            FileStore store = Files.getFileStore(root);
            long total = store.getTotalSpace();
            long free = Math.max(0, Math.min(total, store.getUnallocatedSpace()));
            return new DiskUse(total - free, total);
        }

        @Override
        public boolean isInUse(Path directory) {
            return directory.startsWith(root.resolve(OUTPUT)) || used.isInUse(directory);
        }
    }
}
