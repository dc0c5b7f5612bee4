package dev.polder.isolation.cgroup;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The control group of one container: one directory in each hierarchy in use. Has no state but its name, so that any
 * thread may call, and any number of objects may stand for one group. All calls block.
 *
 * <p>A process that writes 0 into each of {@link #joinFiles()}, in their order, is in the group, and so is whatever it
 * starts from then on. If one of the writes fails, it must not go on: the group is being removed.
 */
public final class ContainerGroup {
    private static final byte[] OOM_KILL = StatBytes.key("oom_kill");

    private final ContainerId id;
    private final ControlFiles files;
    private final Map<Controller, Hierarchy> serving;
    private final List<Hierarchy> hierarchies;
    private final Map<Controller, Path> directories = new EnumMap<>(Controller.class);
    private final GroupProcesses processes;

    ContainerGroup(
            ContainerId id,
            ControlFiles files,
            Signals signals,
            Map<Controller, Hierarchy> serving,
            List<Hierarchy> hierarchies) {
        this.id = id;
        this.files = files;
        this.serving = serving;
        this.hierarchies = hierarchies;
        serving.forEach((controller, hierarchy) -> directories.put(controller, directory(hierarchy)));
        Hierarchy freezer = serving.get(Controller.FREEZER);
        this.processes = new GroupProcesses(
                files,
                signals,
                hierarchies.stream().map(this::directory).toList(),
                directories.get(Controller.FREEZER),
                freezer != null && freezer.unified());
    }

    private Path directory(Hierarchy hierarchy) {
        return hierarchy.root().resolve(id.toString());
    }

    /** Returns the container's id. */
    public ContainerId id() {
        return id;
    }

    /** Returns the files to be written to, one of each hierarchy, in the order of the writes. */
    public List<Path> joinFiles() {
        return hierarchies.stream()
                .map(hierarchy -> directory(hierarchy).resolve(Hierarchy.PROCS))
                .toList();
    }

    /** Is there a group in any hierarchy? */
    public boolean exists() {
        return hierarchies.stream().anyMatch(hierarchy -> files.exists(directory(hierarchy)));
    }

    /** Returns where a controller's files are, or null if it is not in use. */
    @Nullable
    Path directory(Controller controller) {
        return directories.get(controller);
    }

    boolean isUnified(Controller controller) {
        Hierarchy hierarchy = serving.get(controller);
        return hierarchy != null && hierarchy.unified();
    }

    void make(GroupLimits limits) throws IOException {
        List<Path> made = new ArrayList<>();
        try {
            for (Hierarchy hierarchy : hierarchies) {
                Path directory = directory(hierarchy);
                files.makeGroup(directory);
                made.add(directory);
                for (Controller controller : hierarchy.controllers()) {
                    for (Setting setting : settings(controller, limits, true)) {
                        write(directory, setting);
                    }
                }
            }
        } catch (IOException e) {
            removeMade(made, e);
            throw e instanceof FileAlreadyExistsException
                    ? new IOException("container " + id + " has a control group already: " + e.getMessage(), e)
                    : e;
        }
    }

    private void removeMade(List<Path> made, IOException failure) {
        for (Path directory : made) {
            try {
                files.removeGroup(directory);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private void write(Path directory, Setting setting) throws IOException {
        try {
            files.write(directory.resolve(setting.file()), setting.value());
        } catch (IOException e) {
            throw new IOException(
                    "'" + setting.value() + "' was refused by " + directory.resolve(setting.file()) + ": "
                            + ControlFiles.reason(e),
                    e);
        }
    }

    private List<Setting> settings(Controller controller, GroupLimits limits, boolean fresh) {
        return isUnified(controller)
                ? V2Limits.settings(controller, limits, fresh)
                : V1Limits.settings(controller, limits, fresh);
    }

    /**
     * Changes the limits while processes run, each as far as the kernel lets it. A limit of memory below what is in use
     * is refused, and nobody is killed for it, unless the usage grows at the very moment.
     *
     * @return what could not be set, and keeps what it had; empty if all is well
     * @throws IllegalArgumentException if a limit needs a controller that is not in use, or is one of devices, as these
     *     cannot be replaced all at once
     */
    public List<Refusal> update(GroupLimits limits) {
        if (limits.devices() != null) {
            throw new IllegalArgumentException("devices are given when the group is made, and not in an update");
        }
        List<Refusal> refusals = new ArrayList<>();
        for (Controller controller : limits.controllers()) {
            Path directory = directory(controller);
            if (directory == null) {
                throw new IllegalArgumentException("limits of " + controller + ", which is not in use");
            }
        }
        for (Controller controller : limits.controllers()) {
            Path directory = requireNonNull(directory(controller));
            if (controller == Controller.MEMORY && limits.memory() != null) {
                refusals.addAll(new MemoryUpdate(files, directory).apply(limits.memory(), isUnified(controller)));
            } else {
                settings(controller, limits, false).forEach(setting -> set(directory, setting, refusals));
            }
        }
        return refusals;
    }

    private void set(Path directory, Setting setting, List<Refusal> refusals) {
        try {
            files.write(directory.resolve(setting.file()), setting.value());
        } catch (IOException e) {
            refusals.add(new Refusal(setting.controller(), setting.file(), setting.value(), ControlFiles.reason(e)));
        }
    }

    /**
     * Stops all processes where they are.
     *
     * @return false if some still go on when the time is over; they stop as soon as the kernel gets hold of them
     * @throws IllegalStateException if the freezer is not in use
     * @throws IOException if the group is not there
     */
    public boolean freeze(Duration time) throws IOException {
        return processes.freeze(time);
    }

    /**
     * Lets all go on.
     *
     * @throws IllegalStateException if the freezer is not in use
     * @throws IOException if the group is not there
     */
    public void thaw() throws IOException {
        processes.thaw();
    }

    /**
     * Returns the numbers of all processes, and of threads where the container has made groups of threads. A 0 is one of
     * a pid namespace that is neither ours nor inside of it.
     */
    public Set<Long> processes() throws IOException {
        return processes.list();
    }

    /**
     * Sends KILL to all processes, those of groups in this one included, until there are none. Frozen ones too. Where
     * version 2 does not do it at once, it is for the processes of 10,000 groups; a container that has made more is
     * killed and destroyed more than once.
     *
     * @return how many are left when the time is over
     * @throws IOException if they cannot be listed or killed
     */
    public int kill(Duration time) throws IOException {
        return processes.kill(time);
    }

    /**
     * Removes the group from the hierarchies in which neither processes nor groups are in it: the usual end of a container,
     * for which nothing needs to be read. Counters go with it.
     *
     * @return whether it is gone from all
     */
    public boolean destroyUnused() {
        return processes.removeUnused();
    }

    /**
     * Removes the group, and groups in it, from all hierarchies. Does nothing where it is gone. Counters go with it.
     *
     * @return what is left when the time is over: processes are in it, or in a group in it
     */
    public List<Path> destroy(Duration time) {
        return processes.remove(time);
    }

    /**
     * Returns how many processes were killed, up to now, as the container, or a group in it, was out of memory. To be
     * asked at the end of the container, before {@link #destroy}, and as often as one likes before.
     *
     * @throws IllegalStateException if memory is not in use
     * @throws IOException if the group is not there
     */
    public long oomKills() throws IOException {
        Path directory = directory(Controller.MEMORY);
        if (directory == null) {
            throw new IllegalStateException("memory is not in use");
        }
        return oomKills(directory, new StatBytes(files));
    }

    /** Version 2 counts those of groups within, version 1 counts each where the process was. */
    long oomKills(Path directory, StatBytes stat) throws IOException {
        if (isUnified(Controller.MEMORY)) {
            return stat.value(directory.resolve("memory.events"), OOM_KILL);
        }
        long kills = 0;
        for (Path group : processes.tree(directory)) {
            kills += stat.value(group.resolve("memory.oom_control"), OOM_KILL);
        }
        return kills;
    }

    /**
     * Returns how it came to that, for people.
     *
     * @throws IllegalStateException if memory is not in use
     * @throws IOException if the group is not there
     */
    public OomReport oomReport() throws IOException {
        long kills = oomKills();
        Path directory = requireNonNull(directory(Controller.MEMORY));
        boolean unified = isUnified(Controller.MEMORY);
        StatBytes stat = new StatBytes(files);
        Path peak = directory.resolve(unified ? "memory.peak" : "memory.max_usage_in_bytes");
        return new OomReport(
                kills,
                stat.first(directory.resolve(unified ? V2Limits.HARD : V1Limits.HARD)),
                files.exists(peak) ? stat.first(peak) : 0,
                files.text(directory.resolve("memory.stat")));
    }
}
