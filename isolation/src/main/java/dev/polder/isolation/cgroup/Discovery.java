package dev.polder.isolation.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what there is, and makes our own root in each hierarchy that is to be used. Used once.
 *
 * <p>Each controller is bound to one hierarchy, of either version. What version 2 has built in, listing, freezing,
 * killing and CPU time, is taken from there wherever it can be seen, also when all controllers are bound to version 1:
 * a kill there is one write that no fork escapes, and it saves the groups of two hierarchies.
 */
final class Discovery {
    private static final String NOT_MOUNTED = "its hierarchy is not mounted, or the kernel has none";

    private final ControlFiles files;
    private final CgroupSettings settings;
    private final Map<Controller, Hierarchy> serving = new EnumMap<>(Controller.class);
    private final Map<Controller, String> missing = new EnumMap<>(Controller.class);

    Discovery(ControlFiles files, CgroupSettings settings) {
        this.files = files;
        this.settings = settings;
    }

    /** What {@link #find} has found: each controller is in one of the two. */
    record Found(Map<Controller, Hierarchy> serving, Map<Controller, String> missing) {}

    Found find() {
        try {
            List<CgroupMount> mounts =
                    CgroupMount.parse(files.text(settings.proc().resolve("self/mountinfo")));
            List<Membership> memberships =
                    Membership.parse(files.text(settings.proc().resolve("self/cgroup")));
            // version 2 first, as it keeps what it can serve
            memberships.stream().filter(Membership::unified).forEach(own -> examine(own, mounts));
            memberships.stream().filter(own -> !own.unified()).forEach(own -> examine(own, mounts));
        } catch (IOException e) {
            for (Controller controller : Controller.values()) {
                missing.put(controller, "control groups cannot be looked for: " + e);
            }
        }
        for (Controller controller : Controller.values()) {
            if (serving.containsKey(controller)) {
                missing.remove(controller);
            } else if (!settings.wanted().contains(controller)) {
                missing.put(controller, "not asked for");
            } else {
                missing.putIfAbsent(controller, notMounted(controller));
            }
        }
        return new Found(serving, missing);
    }

    private static String notMounted(Controller controller) {
        return switch (controller) {
            case DEVICES -> NOT_MOUNTED + "; version 2 leaves devices to eBPF programs, which need native code";
            case NET_CLS -> NOT_MOUNTED + "; version 2 has no such controller";
            default -> NOT_MOUNTED;
        };
    }

    private void examine(Membership own, List<CgroupMount> mounts) {
        Set<Controller> wanted = own.unified() ? wantedOfUnified() : wantedOfLegacy(own);
        if (wanted.isEmpty()) {
            return;
        }
        String trouble = own.isRemoved() ? "our own group " + own.group() + " was removed" : NOT_MOUNTED;
        for (CgroupMount mount : mounts) {
            if (own.isRemoved() || !own.isSeenIn(mount)) {
                continue;
            }
            Path directory = mount.directory(group(own));
            if (directory == null) {
                trouble = "our own group " + own.group() + " is not seen at " + mount.mountPoint()
                        + ", where the group " + mount.root() + " is mounted";
                continue;
            }
            String refused = own.unified() ? useUnified(directory, wanted) : useLegacy(own, directory, wanted);
            if (refused == null) {
                return;
            }
            trouble = refused;
        }
        for (Controller controller : wanted) {
            // version 1 comes second and knows better: what is bound to it cannot be had from version 2
            missing.put(controller, trouble);
        }
    }

    /** This JVM may have been moved by an earlier discovery. */
    private String group(Membership own) {
        String moved = "/" + settings.rootName() + "/" + UnifiedRoot.NODE;
        return own.unified() && own.group().endsWith(moved)
                ? "/" + own.group().substring(1, Math.max(1, own.group().length() - moved.length()))
                : own.group();
    }

    private Set<Controller> wantedOfUnified() {
        Set<Controller> wanted = EnumSet.noneOf(Controller.class);
        settings.wanted().stream()
                .filter(controller -> controller.isPartOfUnified() || controller.v2Name() != null)
                .forEach(wanted::add);
        return wanted;
    }

    private Set<Controller> wantedOfLegacy(Membership own) {
        Set<Controller> wanted = EnumSet.noneOf(Controller.class);
        settings.wanted().stream()
                .filter(controller -> own.controllers().contains(controller.v1Name()))
                .filter(controller -> !serving.containsKey(controller))
                .forEach(wanted::add);
        return wanted;
    }

    /** Returns why the hierarchy cannot be used from there; null if it is used now. */
    private @Nullable String useUnified(Path own, Set<Controller> wanted) {
        UnifiedRoot unified = new UnifiedRoot(files, settings, own);
        String refused = unified.make();
        if (refused != null) {
            return refused;
        }
        Map<Controller, String> refusals = unified.enable(wanted);
        Set<Controller> served = EnumSet.copyOf(wanted);
        served.removeAll(refusals.keySet());
        missing.putAll(refusals);
        serve(new Hierarchy(true, served, unified.root()));
        return null;
    }

    private @Nullable String useLegacy(Membership membership, Path own, Set<Controller> wanted) {
        Path root = own.resolve(settings.rootName());
        String refused = makeRoot(files, own, root);
        if (refused != null) {
            return refused;
        }
        try {
            if (wanted.contains(Controller.MEMORY)) {
                countTogether(root);
            }
            // wanted or not: it may be in one hierarchy with one that is
            if (membership.controllers().contains(Controller.CPUSET.v1Name())) {
                copyDown(own, root, "cpuset.cpus");
                copyDown(own, root, "cpuset.mems");
                // from now on the kernel does it for each container
                files.write(root.resolve("cgroup.clone_children"), "1");
            }
        } catch (IOException e) {
            return root + " cannot be prepared: " + e;
        }
        serve(new Hierarchy(false, wanted, root));
        return null;
    }

    private void serve(Hierarchy hierarchy) {
        hierarchy.controllers().forEach(controller -> serving.put(controller, hierarchy));
    }

    /** Makes a root unless it is there. Returns why not; null if it is there now and can be written to. */
    static @Nullable String makeRoot(ControlFiles files, Path own, Path root) {
        try {
            if (!files.exists(root.resolve(Hierarchy.PROCS))) {
                if (!files.exists(own.resolve(Hierarchy.PROCS))) {
                    return own + " is no control group";
                }
                if (!files.isWritable(own)) {
                    return own + " is not writable";
                }
                files.makeGroup(root);
            }
        } catch (IOException e) {
            return root + " cannot be made: " + ControlFiles.reason(e);
        }
        return files.isWritable(root) ? null : root + " is not writable";
    }

    /** Before Linux 5.11 a group's limit did not hold for the groups in it, unless told before there were any. */
    private void countTogether(Path root) throws IOException {
        Path hierarchical = root.resolve("memory.use_hierarchy");
        if (files.exists(hierarchical) && files.text(hierarchical).strip().equals("0")) {
            files.write(hierarchical, "1");
        }
    }

    /** In a new group of version 1 nothing is allowed, and nobody can join it. */
    private void copyDown(Path own, Path root, String file) throws IOException {
        if (files.text(root.resolve(file)).isBlank()) {
            files.write(root.resolve(file), files.text(own.resolve(file)).strip());
        }
    }

    /** Returns the hierarchies in use, that by which containers are listed and killed first. */
    static List<Hierarchy> inUse(Map<Controller, Hierarchy> serving) {
        Map<Path, Hierarchy> byRoot = new LinkedHashMap<>();
        // the freezer is the first of them
        for (Controller controller : Controller.values()) {
            Hierarchy hierarchy = serving.get(controller);
            if (hierarchy != null) {
                byRoot.putIfAbsent(hierarchy.root(), hierarchy);
            }
        }
        return new ArrayList<>(byRoot.values());
    }
}
