package dev.polder.isolation.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Our root in a hierarchy of version 2, with controllers enabled on the way down to the containers.
 * <pre>
 *  own group            cgroup.subtree_control: the controllers (refused while processes are in the group)
 *   └ polder-NAME       cgroup.subtree_control: the controllers
 *      ├ node           this JVM, if it was moved
 *      └ CONTAINER      its processes
 * </pre>
 */
final class UnifiedRoot {
    /** The group of this JVM, if it was told to move; no container's id looks like it. */
    static final String NODE = "node";

    private static final String CONTROLLERS = "cgroup.controllers";
    private static final String SUBTREE = "cgroup.subtree_control";
    /** Levels of groups below our root: that of the containers and those that tasks may make in it. */
    private static final int DEPTH_MAX = 16;

    private final ControlFiles files;
    private final CgroupSettings settings;
    private final Path own;
    private final Path root;

    UnifiedRoot(ControlFiles files, CgroupSettings settings, Path own) {
        this.files = files;
        this.settings = settings;
        this.own = own;
        this.root = own.resolve(settings.rootName());
    }

    Path root() {
        return root;
    }

    /** Returns why containers cannot be here; null if our root is there and they can. */
    @Nullable
    String make() {
        // who joins a group of version 2 must be allowed to write where the groups that it leaves and joins meet
        if (!files.isWritable(own.resolve(Hierarchy.PROCS))) {
            return "processes may not be moved within " + own + ": its " + Hierarchy.PROCS + " is not writable";
        }
        String refused = Discovery.makeRoot(files, own, root);
        if (refused != null) {
            return refused;
        }
        if (!files.exists(root.resolve("cgroup.freeze"))) {
            return "the kernel is older than 5.2, its version 2 cannot freeze groups";
        }
        try {
            // a task that may make groups must not make a path of them that is longer than paths can be
            files.write(root.resolve("cgroup.max.depth"), Integer.toString(DEPTH_MAX));
            return null;
        } catch (IOException e) {
            return root + " cannot be prepared: " + ControlFiles.reason(e);
        }
    }

    /** Enables what is not part of every group. Returns what could not be, with the reasons. */
    Map<Controller, String> enable(Set<Controller> wanted) {
        Map<Controller, String> refusals = new EnumMap<>(Controller.class);
        for (Controller controller : wanted) {
            String name = controller.v2Name();
            if (name != null) {
                String refused = enable(own, name);
                refused = refused == null ? enable(root, name) : refused;
                if (refused != null) {
                    refusals.put(controller, refused);
                }
            }
        }
        return refusals;
    }

    private @Nullable String enable(Path group, String name) {
        try {
            if (!words(group.resolve(CONTROLLERS)).contains(name)) {
                return "not among the controllers of " + group;
            }
            if (words(group.resolve(SUBTREE)).contains(name)) {
                return null;
            }
            if (settings.moveOwnProcess() && group.equals(own) && hasProcesses()) {
                moveOwnProcess();
            }
            files.write(group.resolve(SUBTREE), "+" + name);
            return null;
        } catch (IOException e) {
            String refused = "+" + name + " was refused in " + group.resolve(SUBTREE) + ": " + ControlFiles.reason(e);
            return group.equals(own) && hasProcesses()
                    ? refused
                            + ". Processes are in that group, so none of its children can have controllers: start this"
                            + " JVM in a group of its own, with nothing beside it, and allow it to move into a child"
                    : refused;
        }
    }

    /** The root of the whole hierarchy is allowed both, processes and controllers; it alone has no events. */
    private boolean hasProcesses() {
        try {
            return files.exists(own.resolve("cgroup.events"))
                    && !files.text(own.resolve(Hierarchy.PROCS)).isBlank();
        } catch (IOException unreadable) {
            return false;
        }
    }

    private void moveOwnProcess() throws IOException {
        Path node = root.resolve(NODE);
        if (!files.exists(node.resolve(Hierarchy.PROCS))) {
            files.makeGroup(node);
        }
        files.write(node.resolve(Hierarchy.PROCS), "0");
    }

    private List<String> words(Path file) throws IOException {
        return new ArrayList<>(List.of(files.text(file).strip().split(" ", -1)));
    }
}
