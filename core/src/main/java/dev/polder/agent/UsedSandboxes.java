package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sandboxes that must not be deleted: from before they are made until their containers have ended. Safe for any thread.
 *
 * <p>Where the sandboxes of recovered containers are is not known at first, but their names are the containers' ids. No
 * directory above them is empty.
 */
final class UsedSandboxes {
    private final Path root;
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Map<ContainerId, Path> paths = new ConcurrentHashMap<>();
    /** How many of the sandboxes are below a directory. */
    private final Map<Path, Integer> above = new ConcurrentHashMap<>();

    UsedSandboxes(Path root) {
        this.root = root;
    }

    /** A container was found that an earlier process launched. */
    void recovered(ContainerId id) {
        names.add(id.toString());
    }

    /** A sandbox is going to be made, or was found. */
    void begin(ContainerId id, Path sandbox) {
        names.add(id.toString());
        if (paths.put(id, sandbox) == null) {
            parents(sandbox).forEach(parent -> above.merge(parent, 1, Integer::sum));
        }
    }

    /** Its container has ended. */
    void end(ContainerId id) {
        Path sandbox = paths.remove(id);
        if (sandbox != null) {
            for (Path parent : parents(sandbox)) {
                above.computeIfPresent(parent, (any, count) -> count == 1 ? null : count - 1);
            }
        }
        names.remove(id.toString());
    }

    private List<Path> parents(Path sandbox) {
        List<Path> parents = new ArrayList<>();
        Path parent = root;
        for (Path name : root.relativize(sandbox)) {
            parent = parent.resolve(name);
            parents.add(parent);
        }
        return parents.subList(0, parents.size() - 1);
    }

    /** Returns where a container's sandbox is; null if that is not known, or it has ended. */
    @Nullable
    Path of(ContainerId id) {
        return paths.get(id);
    }

    /** Returns those whose place is known. */
    Map<ContainerId, Path> known() {
        return Map.copyOf(paths);
    }

    boolean isInUse(Path directory) {
        return names.contains(directory.getFileName().toString()) || above.containsKey(directory);
    }
}
