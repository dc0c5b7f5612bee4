package dev.polder.isolation.files;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the sandboxes of tasks that have ended, the oldest first: those that are older than the fuller the disk is, the
 * less ({@link CollectorSettings#ageMax}). Owned by one thread, which calls {@link #turn} at intervals; nothing is done in
 * between.
 *
 * <pre>
 *  scan --> take the oldest that is due --> delete --> take the next ... none due
 * </pre>
 * To take a sandbox is to move it into the directory {@link #REMOVED} below the root, which nobody else may enter. What is
 * there is deleted, also after a crash. Nothing else is stored: when a task ended is the time of its sandbox's directory.
 *
 * <p>No link is followed and no mount point crossed: a sandbox at or below which something is mounted stays until that is
 * unmounted. Directories above sandboxes that have been empty for a minute go, too. A file that cannot be deleted (it is
 * immutable, the disk is read-only) is told of at each turn. A task whose user is not the agent's can keep nothing from
 * being deleted if the agent is root.
 */
public final class SandboxCollector implements AutoCloseable {
    /** Where sandboxes are deleted, below the root. */
    public static final String REMOVED = ".removed";

    /** After so many passes over what is to be deleted the next sandbox is taken, should some process refill the last. */
    private static final int PASSES_MAX = 64;

    /**
     * What was done.
     *
     * @param sandboxes how many were taken
     * @param entries how many files and directories were deleted
     * @param isMore there is more to do at once; otherwise the next turn begins with a new look at all sandboxes
     * @param troubles what could not be done, for people; at most 16
     */
    public record Turn(int sandboxes, long entries, boolean isMore, List<String> troubles) {
        /** Copies the list. */
        public Turn {
            troubles = List.copyOf(troubles);
        }
    }

    /** A round begins with what was left by the last, or by a former collector. */
    private enum Phase {
        DELETING,
        SCANNING,
        TAKING
    }

    private final Path root;
    private final int depth;
    private final CollectorSettings settings;
    private final RemovedTrees removed;
    private Map<Path, Long> ends = new HashMap<>();
    private Deque<SandboxScan.Ended> found = new ArrayDeque<>();
    private @Nullable SandboxScan scan;
    private Phase phase = Phase.DELETING;
    private boolean isScanned;
    private boolean isDeleted;
    private int passes;

    private SandboxCollector(Path root, int depth, CollectorSettings settings, RemovedTrees removed) {
        this.root = root;
        this.depth = depth;
        this.settings = settings;
        this.removed = removed;
    }

    /**
     * Opens a collector.
     *
     * @param root exists; it and what is above the sandboxes can be changed by nobody but the agent
     * @param depth how many names lead from the root to a sandbox, at least 1
     * @throws UnsupportedOperationException if the file system cannot look names up in an open directory
     */
    public static SandboxCollector open(Path root, int depth, CollectorSettings settings) throws IOException {
        if (depth < 1) {
            throw new IllegalArgumentException("depth " + depth + " < 1");
        }
        requireNonNull(settings, "settings");
        Path real = root.toRealPath();
        Path place = real.resolve(REMOVED);
        try {
            Files.createDirectory(
                    place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            // from before; that it is a directory is seen next
        }
        try (OpenDirectory opened = OpenDirectory.open(real)) {
            return new SandboxCollector(real, depth, settings, new RemovedTrees(opened.child(REMOVED)));
        }
    }

    /**
     * Notes that a task has ended: its sandbox's age begins.
     *
     * @param sandbox below the root; nothing happens if it is gone
     */
    public void ended(Path sandbox, long nowMs) throws IOException {
        Path name = root.relativize(requireSandbox(sandbox));
        try (OpenDirectory parent = openParent(name);
                OpenDirectory directory = parent.child(name.getFileName().toString())) {
            directory.setModified(nowMs);
        } catch (NoSuchFileException gone) {
            return;
        }
        // or the time would be taken from the directory before
        ends.remove(sandbox);
    }

    private Path requireSandbox(Path sandbox) {
        if (!sandbox.startsWith(root)
                || !sandbox.normalize().equals(sandbox)
                || sandbox.getNameCount() - root.getNameCount() != depth) {
            throw new IllegalArgumentException("sandbox " + sandbox + " is not " + depth + " names below " + root);
        }
        return sandbox;
    }

    /**
     * Does part of what is to be done.
     *
     * @throws IOException if the root, or where sandboxes are deleted, cannot be read; another turn may be tried
     */
    public Turn turn(CollectorHost host) throws IOException {
        TurnBudget budget = new TurnBudget(host, settings);
        try {
            boolean isMore = true;
            while (isMore && !budget.isSpent()) {
                isMore = step(host, budget);
            }
            return budget.turn(isMore);
        } catch (DirectoryIteratorException e) {
            // or it would come again for ever
            closeScan();
            throw e.getCause();
        }
    }

    /** False if there is nothing to do. */
    private boolean step(CollectorHost host, TurnBudget budget) throws IOException {
        switch (phase) {
            case DELETING -> delete(budget);
            case SCANNING -> scan(host, budget);
            case TAKING -> {
                return takeNext(host, budget);
            }
        }
        return true;
    }

    private void delete(TurnBudget budget) throws IOException {
        RemovedTrees.Progress progress = removed.step(budget);
        if (progress == RemovedTrees.Progress.PASSED) {
            passes++;
        }
        isDeleted = progress == RemovedTrees.Progress.FINISHED;
        if (isDeleted || passes >= PASSES_MAX) {
            passes = 0;
            phase = Phase.TAKING;
        }
    }

    private void scan(CollectorHost host, TurnBudget budget) throws IOException {
        if (scan == null) {
            scan = new SandboxScan(host, root, depth, ends);
        }
        if (!scan.step(budget)) {
            ends = scan.ends();
            found = scan.found();
            closeScan();
            isScanned = true;
            phase = Phase.TAKING;
        }
    }

    /** Takes the oldest sandbox if it is due; false if none is. */
    private boolean takeNext(CollectorHost host, TurnBudget budget) throws IOException {
        SandboxScan.Ended oldest = found.poll();
        if (oldest == null && !isScanned) {
            phase = Phase.SCANNING;
            return true;
        }
        if (oldest == null
                || host.nowMs() - oldest.endMs() < settings.ageMax(host.disk()).toMillis()) {
            found.clear();
            isScanned = !isDeleted;
            phase = Phase.DELETING;
            return !isDeleted;
        }
        budget.spend();
        take(oldest.sandbox(), host, budget);
        return true;
    }

    private void take(Path sandbox, CollectorHost host, TurnBudget budget) {
        try {
            if (!MountPoints.below(sandbox).isEmpty()) {
                budget.tell("sandbox " + sandbox + " stays: " + MountPoints.below(sandbox) + " is mounted there");
                return;
            }
            try (OpenDirectory parent = openParent(root.relativize(sandbox))) {
                if (!host.isInUse(sandbox)) {
                    removed.take(parent, sandbox);
                    ends.remove(sandbox);
                    budget.countSandbox();
                    phase = Phase.DELETING;
                }
            }
        } catch (IOException e) {
            budget.tell("sandbox " + sandbox + " cannot be removed: " + e);
        }
    }

    private OpenDirectory openParent(Path name) throws IOException {
        OpenDirectory directory = OpenDirectory.open(root);
        for (Path step : name.getParent() == null ? List.<Path>of() : name.getParent()) {
            try (OpenDirectory above = directory) {
                directory = above.child(step.toString());
            }
        }
        return directory;
    }

    @Override
    public void close() throws IOException {
        try (removed) {
            closeScan();
        }
    }

    private void closeScan() throws IOException {
        SandboxScan open = scan;
        scan = null;
        if (open != null) {
            open.close();
        }
    }
}
