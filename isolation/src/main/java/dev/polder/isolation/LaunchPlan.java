package dev.polder.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a container's task is to be started: what its isolators add, one after the other. Owned by one thread. */
public final class LaunchPlan {
    private final List<Path> groups = new ArrayList<>();
    private final Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
    private final Map<String, String> environment = new HashMap<>();
    private final Privileges privileges;
    private final List<VolumeMount> volumes = new ArrayList<>();
    private final List<DeviceRule> devices = new ArrayList<>();
    private final List<DeviceNode> nodes = new ArrayList<>();
    private @Nullable String hostname;
    private @Nullable Path network;
    private @Nullable InPlace runtime;

    /** What is started in the task's place. */
    private record InPlace(String preparation, List<String> command, Path directory) {}

    /** A plan to start a task with these privileges. */
    LaunchPlan(TaskSpec task, Privileges privileges) {
        groups.addAll(task.containment().groups());
        namespaces.addAll(task.containment().namespaces());
        this.privileges = privileges;
        hostname = task.containment().hostname().orElse(null);
        volumes.addAll(task.containment().volumes());
        network = task.containment().network().orElse(null);
    }

    /** The task's process writes itself into these files of control groups. */
    public void joinGroups(List<Path> files) {
        groups.addAll(files);
    }

    /** Returns the files of control groups that the task joins, as far as they are known by now. */
    public List<Path> groups() {
        return List.copyOf(groups);
    }

    /** The task has this namespace for itself. */
    public void unshare(Namespace namespace) {
        namespaces.add(namespace);
    }

    /** The task finds this in its tree, for which it has mounts of its own. */
    public void mount(VolumeMount volume) {
        namespaces.add(Namespace.MOUNT);
        volumes.add(volume);
    }

    /** Returns what the task finds in its tree, as far as it is known by now. */
    public List<VolumeMount> volumes() {
        return List.copyOf(volumes);
    }

    /** The task may use these devices beside the usual ones, where that is limited. */
    public void allowDevices(List<DeviceRule> rules) {
        devices.addAll(rules);
    }

    /** The task may use these devices, too, and finds their nodes there if its tree is not the host's. */
    public void giveDevices(List<DeviceNode> given) {
        nodes.addAll(given);
        given.forEach(node -> devices.add(node.rule()));
    }

    /** Returns the nodes that the task finds in a tree that is not the host's, as far as they are known by now. */
    public List<DeviceNode> nodes() {
        return List.copyOf(nodes);
    }

    /** Returns the devices that the task may use beside the usual ones, as far as they are known by now. */
    public List<DeviceRule> devices() {
        return List.copyOf(devices);
    }

    /**
     * The task is in this network namespace, and has mounts of its own for the files that tell of it.
     *
     * @param file of a namespace that is there already, absolute
     */
    public void enterNetwork(Path file) {
        namespaces.add(Namespace.MOUNT);
        network = file;
    }

    boolean hasNetwork() {
        return network != null;
    }

    /** The task's host has this name; needs {@link Namespace#UTS}. */
    public void hostname(String name) {
        hostname = name;
    }

    boolean hasHostname() {
        return hostname != null;
    }

    /** Returns the privileges of the task's processes. */
    public Privileges privileges() {
        return privileges;
    }

    /** Sets a variable, unless the task has it. */
    public void variable(String name, String value) {
        environment.put(name, value);
    }

    /** Returns the variables that are set by now unless the task has them. */
    public Map<String, String> variables() {
        return Map.copyOf(environment);
    }

    /**
     * A runtime is started in the task's place, which runs the task and ends as it does, by {@code 128 + n} for signal
     * {@code n}. It has the node's own account, and is to give the task all that the plan says of it.
     *
     * @param command the runtime's program, an absolute path, and its arguments
     * @param directory where it is started: a directory of the node's own, with the files {@code stdout} and {@code
     *     stderr} in it if the task's are to be elsewhere, too
     */
    public void runBy(List<String> command, Path directory) {
        runBy("", command, directory);
    }

    /**
     * The same, with lines for a POSIX shell that make ready for the runtime in its own namespaces, of which the plan has one
     * then. It ends with 1 where they do.
     */
    public void runBy(String preparation, List<String> command, Path directory) {
        runtime = new InPlace(preparation, List.copyOf(command), directory);
    }

    boolean hasRuntime() {
        return runtime != null;
    }

    /** Returns the task, to be started so. */
    TaskSpec contained(TaskSpec task) {
        InPlace inPlace = runtime;
        Containment containment = new Containment(groups, namespaces, Optional.ofNullable(hostname))
                .with(volumes)
                .in(Optional.ofNullable(network));
        if (inPlace != null) {
            List<String> command = inPlace.command();
            return new TaskSpec(
                    task.id(),
                    command.get(0),
                    command,
                    Map.of(),
                    inPlace.directory(),
                    null,
                    containment.byARuntime(inPlace.preparation()));
        }
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(task.environment());
        return new TaskSpec(
                task.id(),
                task.program(),
                task.arguments(),
                variables,
                task.sandbox(),
                task.user(),
                containment.with(privileges));
    }
}
