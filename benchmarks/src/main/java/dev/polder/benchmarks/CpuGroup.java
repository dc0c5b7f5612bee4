package dev.polder.benchmarks;

import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.cgroup.CgroupSettings;
import dev.polder.isolation.cgroup.Cgroups;
import dev.polder.isolation.cgroup.ContainerGroup;
import dev.polder.isolation.cgroup.Controller;
import dev.polder.isolation.cgroup.GroupLimits;
import dev.polder.isolation.cgroup.UsageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** A control group that this JVM is in, and all that it starts, to know what they use of the processors. */
final class CpuGroup implements AutoCloseable {
    private static final Duration REMOVE_TIME = Duration.ofSeconds(10);

    private final Cgroups cgroups;
    private final ContainerGroup group;
    private final UsageReader reader;

    private CpuGroup(Cgroups cgroups, ContainerGroup group) {
        this.cgroups = cgroups;
        this.group = group;
        this.reader = cgroups.usageReader();
    }

    /**
     * Enters one.
     *
     * @throws IOException if this host has none that counts, or this process may not make one
     */
    static CpuGroup enter() throws IOException {
        Cgroups cgroups = Cgroups.discover(
                CgroupSettings.of("bench-cpu-" + ProcessHandle.current().pid()).withWanted(Set.of(Controller.CPUACCT)));
        if (!cgroups.has(Controller.CPUACCT)) {
            cgroups.removeRoots();
            throw new IOException("CPU time of a launch is counted by a control group: " + cgroups.abilities());
        }
        ContainerGroup group = cgroups.create(new ContainerId(UUID.randomUUID()), GroupLimits.none());
        CpuGroup entered = new CpuGroup(cgroups, group);
        move(group.joinFiles());
        return entered;
    }

    private static void move(List<Path> files) throws IOException {
        for (Path file : files) {
            Files.writeString(file, Long.toString(ProcessHandle.current().pid()), WRITE);
        }
    }

    /** Returns what was used since the group was made, in nanoseconds. */
    long nanos() throws IOException {
        return requireNonNull(reader.read(group).cpuTime(), "cpuTime").totalNanos();
    }

    /** Goes back to where this JVM was. */
    @Override
    public void close() throws IOException {
        // a group's root is in the group where we were
        move(group.joinFiles().stream()
                .map(file -> file.resolve("../../../" + file.getFileName()).normalize())
                .toList());
        List<Path> left = group.destroy(REMOVE_TIME);
        List<Path> roots = cgroups.removeRoots();
        if (!left.isEmpty() || !roots.isEmpty()) {
            throw new IOException("control groups are left: " + left + " " + roots);
        }
    }
}
