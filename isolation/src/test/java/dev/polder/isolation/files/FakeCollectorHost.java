package dev.polder.isolation.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A host whose time and disk are what a test says, with sandboxes two names below a root. */
final class FakeCollectorHost implements CollectorHost {
    static final int DEPTH = 2;
    static final Duration DELAY = Duration.ofHours(10);

    final Path root;
    final Set<Path> inUse = new HashSet<>();
    Runnable onMonotonic = () -> {};
    Runnable onTaking = () -> {};
    long nowMs = 1_700_000_000_000L;
    long stepNanos;
    long freeBytes = 1_000;
    private long monotonicNanos;
    private final Set<Path> asked = new HashSet<>();

    FakeCollectorHost(Path root) {
        this.root = root;
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public long monotonicNanos() {
        onMonotonic.run();
        return monotonicNanos += stepNanos;
    }

    @Override
    public DiskUse disk() {
        return new DiskUse(1_000 - freeBytes, 1_000);
    }

    @Override
    public boolean isInUse(Path directory) {
        if (!asked.add(directory)) {
            onTaking.run();
        }
        return inUse.stream().anyMatch(used -> used.startsWith(directory));
    }

    /** Makes a sandbox with a file in it, whose task ended so long ago. */
    Path sandbox(String name, Duration ago) throws IOException {
        Path sandbox = Files.createDirectories(root.resolve(name));
        Files.writeString(sandbox.resolve("stdout"), "x");
        return aged(sandbox, ago);
    }

    Path aged(Path directory, Duration ago) throws IOException {
        Files.setLastModifiedTime(directory, FileTime.fromMillis(nowMs - ago.toMillis()));
        return directory;
    }

    static CollectorSettings settings() {
        return new CollectorSettings(DELAY, 0, 1_000_000, Duration.ofDays(1));
    }

    SandboxCollector open() throws IOException {
        return SandboxCollector.open(root, DEPTH, settings());
    }

    /** Has a new collector do all that is to be done; returns what troubled it. */
    List<String> collect() throws IOException {
        try (SandboxCollector collector = open()) {
            return collect(collector);
        }
    }

    List<String> collect(SandboxCollector collector) throws IOException {
        List<String> troubles = new ArrayList<>();
        SandboxCollector.Turn turn;
        do {
            turn = collector.turn(this);
            troubles.addAll(turn.troubles());
        } while (turn.isMore());
        return troubles;
    }

    Path removed() {
        return root.resolve(SandboxCollector.REMOVED);
    }
}
