package dev.polder.isolation.cgroup;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one container: in its group of each hierarchy, and in the groups that they have made in it.
 *
 * <p>A process is in the first hierarchy, by which it can be frozen or killed at once, before it is in any other, as it
 * joins them in that order. A privileged one may have left some of them, so they are listed by all.
 */
final class GroupProcesses {
    static final String KILL = "cgroup.kill";

    /** Groups of one container and hierarchy that are looked at in one pass. */
    private static final int GROUPS_MAX = 10_000;
    /** A process in the middle of a slow system call is not frozen before that ends; it is killed all the same. */
    private static final Duration FREEZE_BEFORE_KILL_MAX = Duration.ofMillis(50);

    private static final byte[] FROZEN = StatBytes.key("frozen");

    private final ControlFiles files;
    private final Signals signals;
    private final List<Path> groups;
    private final @Nullable Path freezer;
    private final boolean unifiedFreezer;

    /**
     * @param groups one of each hierarchy, the freezer's first
     * @param freezer null if there is none
     */
    GroupProcesses(
            ControlFiles files, Signals signals, List<Path> groups, @Nullable Path freezer, boolean unifiedFreezer) {
        this.files = files;
        this.signals = signals;
        this.groups = groups;
        this.freezer = freezer;
        this.unifiedFreezer = unifiedFreezer;
    }

    /** Returns the numbers of all processes, 0 for those of foreign pid namespaces. */
    Set<Long> list() throws IOException {
        Set<Long> found = new LinkedHashSet<>();
        for (Path group : groups) {
            for (Path inner : tree(group)) {
                addProcesses(inner, found);
            }
        }
        return found;
    }

    private void addProcesses(Path group, Set<Long> found) throws IOException {
        try {
            add(files.text(group.resolve(Hierarchy.PROCS)), found);
        } catch (NoSuchFileException removedMeanwhile) {
            // then nobody is in it
        } catch (IOException threaded) {
            // a privileged task can make such groups of version 2 in its own, and they have no list of processes
            addThreads(group, found);
        }
    }

    private void addThreads(Path group, Set<Long> found) throws IOException {
        try {
            add(files.text(group.resolve("cgroup.threads")), found);
        } catch (NoSuchFileException removedMeanwhile) {
            // then nobody is in it
        }
    }

    private static void add(String numbers, Set<Long> found) {
        numbers.lines().map(Long::valueOf).forEach(found::add);
    }

    /** Returns a group and those below it, each before those in it, and leaves too where there are too many for all. */
    List<Path> tree(Path group) throws IOException {
        List<Path> found = new ArrayList<>();
        Deque<Path> next = new ArrayDeque<>(List.of(group));
        while (!next.isEmpty() && found.size() < GROUPS_MAX) {
            Path last = next.removeLast();
            found.add(last);
            // when there is no room it goes down only
            next.addAll(files.nested(last, Math.max(1, GROUPS_MAX - next.size())));
        }
        return found;
    }

    /** Returns whether all are frozen before the time is over; if not, they go on being frozen. */
    boolean freeze(Duration time) throws IOException {
        Path group = requireFreezer();
        Patience patience = new Patience(time);
        do {
            // version 1 may need to be told again, when processes were forked meanwhile
            write(group, true);
            if (isFrozen(group)) {
                return true;
            }
        } while (patience.pause());
        return false;
    }

    /** Lets all go on, also those in groups that the container's own processes have frozen. */
    void thaw() throws IOException {
        for (Path group : tree(requireFreezer())) {
            write(group, false);
        }
    }

    private void write(Path group, boolean frozen) throws IOException {
        if (unifiedFreezer) {
            files.write(group.resolve("cgroup.freeze"), frozen ? "1" : "0");
        } else {
            files.write(group.resolve("freezer.state"), frozen ? "FROZEN" : "THAWED");
        }
    }

    private boolean isFrozen(Path group) throws IOException {
        return unifiedFreezer
                ? new StatBytes(files).value(group.resolve("cgroup.events"), FROZEN) == 1
                : files.text(group.resolve("freezer.state")).startsWith("FROZEN");
    }

    private Path requireFreezer() {
        if (freezer == null) {
            throw new IllegalStateException("there is no freezer here");
        }
        return freezer;
    }

    /** Kills all, again and again while there are any. Returns how many are left when the time is over. */
    int kill(Duration time) throws IOException {
        Patience patience = new Patience(time);
        boolean first = true;
        Set<Long> left = list();
        while (!left.isEmpty()) {
            boolean atOnce = killAtOnce();
            if (!atOnce) {
                killFrozen();
            } else if (!first) {
                // whoever is not in the first hierarchy
                killEach();
            }
            first = false;
            left = list();
            if (!left.isEmpty() && !patience.pause()) {
                return left.size();
            }
        }
        return 0;
    }

    private boolean killAtOnce() throws IOException {
        if (freezer == null || !unifiedFreezer || !files.exists(freezer.resolve(KILL))) {
            return false;
        }
        files.write(freezer.resolve(KILL), "1");
        return true;
    }

    /** Whatever is frozen does not fork; killed, it ends when it is thawed. */
    private void killFrozen() throws IOException {
        if (freezer == null || !files.exists(freezer.resolve(Hierarchy.PROCS))) {
            killEach();
            return;
        }
        freeze(FREEZE_BEFORE_KILL_MAX);
        try {
            killEach();
        } finally {
            thaw();
        }
    }

    private void killEach() throws IOException {
        Map<Long, Runnable> killers = new LinkedHashMap<>();
        for (Long pid : list()) {
            Runnable killer = signals.killer(pid);
            if (killer != null) {
                killers.put(pid, killer);
            }
        }
        // a number may have been given to a stranger before its killer was made, but then it is not listed again
        for (Long pid : list()) {
            Runnable killer = killers.get(pid);
            if (killer != null) {
                killer.run();
            }
        }
    }

    /** Removes the groups in which nothing is. Returns whether none is left. */
    boolean removeUnused() {
        boolean areGone = true;
        for (Path group : groups) {
            try {
                files.removeGroup(group);
            } catch (IOException inUse) {
                areGone = false;
            }
        }
        return areGone;
    }

    /** Removes all groups. The kernel refuses for a moment after the last process's end. Returns those that are left. */
    List<Path> remove(Duration time) {
        Patience patience = new Patience(time);
        List<Path> left = new ArrayList<>(groups);
        left.removeIf(this::isRemoved);
        while (!left.isEmpty() && patience.pause()) {
            left.removeIf(this::isRemoved);
        }
        return left;
    }

    private boolean isRemoved(Path group) {
        try {
            files.removeGroup(group);
            return true;
        } catch (IOException inUse) {
            return isTreeRemoved(group);
        }
    }

    private boolean isTreeRemoved(Path group) {
        List<Path> all;
        try {
            all = tree(group);
        } catch (IOException unreadable) {
            return false;
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            try {
                files.removeGroup(all.get(i));
            } catch (IOException inUse) {
                // by processes, or by groups of which there are too many for one pass
            }
        }
        return !files.exists(group);
    }
}
