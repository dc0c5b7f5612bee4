package dev.polder.isolation.files;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One look at all sandboxes below a directory, an entry at a time: which have ended, and when. Owned by one thread.
 *
 * <p>The time of a sandbox's end is the time of its directory, which its user can change. So it is believed when it is
 * first seen, if it is not in the future, and remembered from then on.
 */
final class SandboxScan implements AutoCloseable {
    /** So many ended sandboxes are kept to choose from, the oldest; later scans find the others. */
    static final int FOUND_MAX = 4_096;
    /** So many times of ends are remembered; beyond them the time of the directory counts at each scan. */
    static final int ENDS_MAX = 1 << 16;
    /** A directory above sandboxes that is empty for so long goes, too. */
    static final long EMPTY_MS_MIN = 60_000;

    private final CollectorHost host;
    private final int depth;
    private final Map<Path, Long> formerEnds;
    private final Map<Path, Long> ends = new HashMap<>();
    private final PriorityQueue<Ended> found =
            new PriorityQueue<>(Comparator.comparingLong(Ended::endMs).reversed());
    private final Deque<Level> levels = new ArrayDeque<>();

    /** A sandbox whose task has ended. */
    record Ended(Path sandbox, long endMs) {}

    /** A directory that is being listed. */
    private static final class Level {
        private final OpenDirectory directory;
        private final Iterator<Path> names;
        private boolean isEmpty = true;

        Level(OpenDirectory directory) {
            this.directory = directory;
            this.names = directory.names();
        }
    }

    /**
     * Begins.
     *
     * @param depth how many names lead from the root to a sandbox
     * @param formerEnds what {@link #ends} of the last scan told
     */
    SandboxScan(CollectorHost host, Path root, int depth, Map<Path, Long> formerEnds) throws IOException {
        this.host = host;
        this.depth = depth;
        this.formerEnds = formerEnds;
        levels.push(new Level(OpenDirectory.open(root)));
    }

    /** Looks at one entry; false if there is none left. */
    boolean step(TurnBudget budget) throws IOException {
        Level level = levels.peek();
        if (level == null) {
            return false;
        }
        budget.spend();
        if (level.names.hasNext()) {
            look(level, level.names.next().getFileName(), budget);
        } else {
            leave(level, budget);
        }
        return true;
    }

    private void look(Level level, Path name, TurnBudget budget) {
        Path path = level.directory.path().resolve(name);
        try {
            PosixFileAttributes attributes = level.directory.attributesOf(name);
            if (!attributes.isDirectory() || name.toString().equals(SandboxCollector.REMOVED)) {
                level.isEmpty &= attributes.isSymbolicLink();
                return;
            }
            level.isEmpty = false;
            if (levels.size() < depth) {
                levels.push(new Level(level.directory.child(name.toString())));
            } else if (!host.isInUse(path)) {
                note(level.directory, name, path, attributes);
            }
        } catch (NoSuchFileException e) {
            // gone meanwhile
        } catch (IOException e) {
            budget.tell("sandboxes below " + path + " cannot be looked for: " + e);
        }
    }

    private void note(OpenDirectory parent, Path name, Path path, PosixFileAttributes attributes) throws IOException {
        long modifiedMs = attributes.lastModifiedTime().toMillis();
        long nowMs = host.nowMs();
        long endMs = formerEnds.getOrDefault(path, Math.min(modifiedMs, nowMs));
        if (modifiedMs > nowMs) {
            // or its age would begin anew whenever we do
            try (OpenDirectory sandbox = parent.child(name.toString())) {
                sandbox.setModified(endMs);
            }
        }
        if (ends.size() < ENDS_MAX) {
            ends.put(path, endMs);
        }
        found.add(new Ended(path, endMs));
        if (found.size() > FOUND_MAX) {
            found.remove();
        }
    }

    private void leave(Level level, TurnBudget budget) throws IOException {
        levels.pop();
        try (OpenDirectory directory = level.directory) {
            Level parent = levels.peek();
            if (parent != null && level.isEmpty) {
                removeEmpty(parent.directory, directory, budget);
            }
        }
    }

    /** What is left in it are links to sandboxes that are gone. */
    private void removeEmpty(OpenDirectory parent, OpenDirectory empty, TurnBudget budget) {
        Path path = empty.path();
        try {
            long modifiedMs = empty.attributes().lastModifiedTime().toMillis();
            if (host.nowMs() - modifiedMs < EMPTY_MS_MIN || host.isInUse(path)) {
                return;
            }
            try (OpenDirectory again = parent.child(path.getFileName().toString())) {
                for (Iterator<Path> links = again.names(); links.hasNext(); ) {
                    Path link = links.next();
                    if (again.attributesOf(link).isSymbolicLink()) {
                        again.deleteFile(link);
                    }
                }
            }
            parent.deleteDirectory(path);
        } catch (IOException e) {
            budget.tell("empty directory " + path + " cannot be deleted: " + e);
        }
    }

    /** Returns when the sandboxes that were seen have ended. */
    Map<Path, Long> ends() {
        return ends;
    }

    /** Returns the ended sandboxes, the oldest first. */
    Deque<Ended> found() {
        Deque<Ended> oldestFirst = new ArrayDeque<>(found.size());
        for (@Nullable Ended ended = found.poll(); ended != null; ended = found.poll()) {
            oldestFirst.push(ended);
        }
        return oldestFirst;
    }

    @Override
    public void close() throws IOException {
        for (Level level = levels.poll(); level != null; level = levels.poll()) {
            level.directory.close();
        }
    }
}
