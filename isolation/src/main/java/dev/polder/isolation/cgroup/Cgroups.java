package dev.polder.isolation.cgroup;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Ability;
import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The control groups of this host, as far as this process may use them. Any thread may call; all calls block.
 *
 * <p>The groups of containers are made below our root, {@code polder-NAME} in the own group of this JVM, in every
 * hierarchy that serves a wanted controller. They outlive the JVM; the next one finds them with {@link #containers()}.
 * One node at a time uses a root.
 */
public final class Cgroups {
    /** Containers that are listed at most. */
    static final int CONTAINERS_MAX = 1_000_000;

    private final ControlFiles files;
    private final Signals signals;
    private final Map<Controller, Hierarchy> serving;
    private final Map<Controller, String> missing;
    private final List<Hierarchy> hierarchies;

    private Cgroups(ControlFiles files, Signals signals, Discovery.Found found) {
        this.files = files;
        this.signals = signals;
        this.serving = Map.copyOf(found.serving());
        this.missing = Map.copyOf(found.missing());
        this.hierarchies = List.copyOf(Discovery.inUse(serving));
    }

    /**
     * Finds what is there and makes our root in each hierarchy that is used. What cannot be used is in {@link
     * #abilities()} with the reason; on a system without control groups that is everything.
     */
    public static Cgroups discover(CgroupSettings settings) {
        return discover(settings, new KernelFiles(), Signals.ofHost());
    }

    static Cgroups discover(CgroupSettings settings, ControlFiles files, Signals signals) {
        return new Cgroups(files, signals, new Discovery(files, settings).find());
    }

    /** Is this controller asked for, and usable here? */
    public boolean has(Controller controller) {
        return serving.containsKey(requireNonNull(controller, "controller"));
    }

    /** Returns what can be done here and what not, and why: a row a controller, and swap and kill. */
    public List<Ability> abilities() {
        List<Ability> rows = new ArrayList<>();
        for (Controller controller : Controller.values()) {
            rows.add(ability(controller));
        }
        rows.add(swap());
        rows.add(kill());
        return rows;
    }

    private Ability ability(Controller controller) {
        Hierarchy hierarchy = serving.get(controller);
        return hierarchy == null
                ? new Ability(controller.toString(), false, missing(controller))
                : new Ability(controller.toString(), true, hierarchy.version() + " in " + hierarchy.root());
    }

    private Ability swap() {
        Hierarchy memory = serving.get(Controller.MEMORY);
        if (memory == null) {
            return new Ability("swap", false, missing(Controller.MEMORY));
        }
        Path file = memory.root().resolve(memory.unified() ? V2Limits.SWAP : V1Limits.SWAP);
        return files.exists(file)
                ? new Ability("swap", true, memory.version() + " in " + memory.root())
                : new Ability("swap", false, "the kernel does not count it: there is no " + file);
    }

    private Ability kill() {
        Hierarchy freezer = serving.get(Controller.FREEZER);
        if (hierarchies.isEmpty()) {
            return new Ability("kill", false, "there is no hierarchy to list processes by");
        }
        if (freezer == null) {
            return new Ability("kill", true, "in rounds: whatever forks quickly may take many");
        }
        boolean atomic = files.exists(freezer.root().resolve(GroupProcesses.KILL));
        return new Ability("kill", true, atomic ? "one write to " + GroupProcesses.KILL : "of frozen processes");
    }

    /** Returns why a controller cannot be used. */
    private String missing(Controller controller) {
        return missing.getOrDefault(controller, "");
    }

    /**
     * Makes the group of a container, with its limits, in every hierarchy in use.
     *
     * @throws IllegalArgumentException if a limit needs a controller that {@link #has} denies
     * @throws IOException if a group is there already or cannot be made, or a limit is refused; then none is left
     */
    public ContainerGroup create(ContainerId id, GroupLimits limits) throws IOException {
        for (Controller needed : limits.controllers()) {
            if (!has(needed)) {
                throw new IllegalArgumentException(
                        "limits of " + needed + ", which is not available: " + missing(needed));
            }
        }
        ContainerGroup group = group(id);
        group.make(limits);
        return group;
    }

    /** Returns the group of a container that is there, or was: after a restart, or to remove what is left of it. */
    public ContainerGroup group(ContainerId id) {
        return new ContainerGroup(requireNonNull(id, "id"), files, signals, serving, hierarchies);
    }

    /**
     * Returns the containers that have a group in any hierarchy, in no order. After a restart, those that nobody knows
     * are orphans, to be killed and destroyed.
     */
    public Set<ContainerId> containers() throws IOException {
        Set<ContainerId> found = new LinkedHashSet<>();
        for (Hierarchy hierarchy : hierarchies) {
            for (Path directory : files.nested(hierarchy.root(), CONTAINERS_MAX)) {
                // other groups than ours may be there
                ContainerId.of(directory.getFileName().toString()).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Returns a reader of usage, for one thread. */
    public UsageReader usageReader() {
        return new UsageReader(files);
    }

    /** Returns our root in each hierarchy in use. */
    List<Path> roots() {
        return hierarchies.stream().map(Hierarchy::root).toList();
    }

    /**
     * Removes our root from each hierarchy, where nothing is in it. Where this JVM was moved into it, it stays.
     *
     * @return those that stay
     */
    public List<Path> removeRoots() {
        List<Path> left = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            try {
                files.removeGroup(hierarchy.root());
            } catch (IOException inUse) {
                left.add(hierarchy.root());
            }
        }
        return left;
    }
}
