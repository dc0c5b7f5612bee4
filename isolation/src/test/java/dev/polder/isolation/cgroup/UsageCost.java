package dev.polder.isolation.cgroup;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/**
 * Measures what a group costs to make and remove, and to read, on the kernel that runs this, as root. Run it by hand:
 * {@code java -cp … dev.polder.isolation.cgroup.UsageCost [groups] [rounds]}.
 */
final class UsageCost {
    private UsageCost() {}

    public static void main(String[] args) throws IOException {
        int groups = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        Set<Controller> usual =
                EnumSet.of(Controller.FREEZER, Controller.CPUACCT, Controller.CPU, Controller.MEMORY, Controller.PIDS);
        for (Set<Controller> wanted : List.of(usual, EnumSet.allOf(Controller.class))) {
            CgroupSettings settings = CgroupSettings.of("usage-cost").withWanted(wanted);
            Cgroups cgroups = Cgroups.discover(settings);
            for (int round = 0; round < rounds; round++) {
                measure(cgroups, groups);
            }
            cgroups.removeRoots();
        }
    }

    private static void measure(Cgroups cgroups, int count) throws IOException {
        GroupLimits limits = GroupLimits.none()
                .withCpu(new CpuLimits(1000, 2000L, false))
                .withMemory(MemoryLimits.hard(64 << 20))
                .withPidsMax(100);
        List<ContainerGroup> groups = new ArrayList<>();
        Clock start = Clock.now();
        for (int i = 0; i < count; i++) {
            groups.add(cgroups.create(new ContainerId(UUID.randomUUID()), limits));
        }
        Clock made = Clock.now();
        UsageReader reader = cgroups.usageReader();
        long limited = 0;
        for (ContainerGroup group : groups) {
            limited += reader.read(group).pids().max();
        }
        Clock read = Clock.now();
        for (ContainerGroup group : groups) {
            group.destroy(Duration.ofSeconds(10));
        }
        Clock removed = Clock.now();
        System.out.printf(
                Locale.ROOT,
                "%d hierarchies, %d groups, us each (of that CPU): make %s, read %s, remove %s%n",
                groups.get(0).joinFiles().size(),
                count,
                made.since(start, count),
                read.since(made, count),
                removed.since(read, count));
        if (limited != count * 100L) {
            throw new IllegalStateException("limits of processes are not as they were set: " + limited);
        }
    }

    /** The time, and this thread's CPU time, which says more on a machine that others use too. */
    private record Clock(long nanos, long cpuNanos) {
        static Clock now() {
            return new Clock(
                    System.nanoTime(), ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
        }

        String since(Clock before, int count) {
            return String.format(
                    Locale.ROOT,
                    "%.0f (%.0f)",
                    (nanos - before.nanos) / 1e3 / count,
                    (cpuNanos - before.cpuNanos) / 1e3 / count);
        }
    }
}
