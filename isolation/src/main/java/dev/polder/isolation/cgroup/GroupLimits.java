package dev.polder.isolation.cgroup;

import dev.polder.isolation.DeviceRule;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a container. A part that is null is not limited in a new group, and stays as it is in an update; within
 * the CPU, memory and IO limits that are given, null is no limit, in both.
 *
 * @param pidsMax processes and threads together, from 1
 * @param devices all devices that may be used; in a new group only
 * @param io devices that are not in the list are not limited, or stay as they are
 * @param hugePages sizes that are not in the list are not limited, or stay as they are
 * @param netClass the class that packets of the container carry; version 1 only
 */
public record GroupLimits(
        @Nullable CpuLimits cpu,
        @Nullable MemoryLimits memory,
        @Nullable Long pidsMax,
        @Nullable CpusetLimits cpuset,
        @Nullable List<DeviceRule> devices,
        List<IoThrottle> io,
        List<HugePageLimit> hugePages,
        @Nullable Integer netClass) {
    private static final long PIDS_MAX = 1 << 22;
    /** Entries of a list. */
    private static final int LIST_MAX = 1_000;

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if {@code pidsMax} is not between 1 and 4194304, or a list has over 1,000 entries
     */
    public GroupLimits {
        if (pidsMax != null) {
            Range.check("pidsMax", pidsMax, 1, PIDS_MAX);
        }
        devices = devices == null ? null : copy("devices", devices);
        io = copy("io", io);
        hugePages = copy("hugePages", hugePages);
    }

    private static <T> List<T> copy(String name, List<T> list) {
        if (list.size() > LIST_MAX) {
            throw new IllegalArgumentException("too many " + name + ": " + list.size() + " > listMax=" + LIST_MAX);
        }
        return List.copyOf(list);
    }

    /** No limits. */
    public static GroupLimits none() {
        return new GroupLimits(null, null, null, null, null, List.of(), List.of(), null);
    }

    /** The same with other CPU time. */
    public GroupLimits withCpu(CpuLimits limits) {
        return new GroupLimits(limits, memory, pidsMax, cpuset, devices, io, hugePages, netClass);
    }

    /** The same with other memory. */
    public GroupLimits withMemory(MemoryLimits limits) {
        return new GroupLimits(cpu, limits, pidsMax, cpuset, devices, io, hugePages, netClass);
    }

    /** The same with other processes and threads. */
    public GroupLimits withPidsMax(long max) {
        return new GroupLimits(cpu, memory, max, cpuset, devices, io, hugePages, netClass);
    }

    /** The same with other CPUs and memory nodes. */
    public GroupLimits withCpuset(CpusetLimits limits) {
        return new GroupLimits(cpu, memory, pidsMax, limits, devices, io, hugePages, netClass);
    }

    /** The same with other devices. */
    public GroupLimits withDevices(List<DeviceRule> rules) {
        return new GroupLimits(cpu, memory, pidsMax, cpuset, rules, io, hugePages, netClass);
    }

    /** The same with other limits of block devices. */
    public GroupLimits withIo(List<IoThrottle> throttles) {
        return new GroupLimits(cpu, memory, pidsMax, cpuset, devices, throttles, hugePages, netClass);
    }

    /** The same with other huge pages. */
    public GroupLimits withHugePages(List<HugePageLimit> limits) {
        return new GroupLimits(cpu, memory, pidsMax, cpuset, devices, io, limits, netClass);
    }

    /** The same with another class of packets. */
    public GroupLimits withNetClass(int classId) {
        return new GroupLimits(cpu, memory, pidsMax, cpuset, devices, io, hugePages, classId);
    }

    /** Returns those that these limits need. */
    Set<Controller> controllers() {
        Set<Controller> needed = EnumSet.noneOf(Controller.class);
        addIf(cpu != null, Controller.CPU, needed);
        addIf(memory != null, Controller.MEMORY, needed);
        addIf(pidsMax != null, Controller.PIDS, needed);
        addIf(cpuset != null, Controller.CPUSET, needed);
        addIf(devices != null, Controller.DEVICES, needed);
        addIf(!io.isEmpty(), Controller.IO, needed);
        addIf(!hugePages.isEmpty(), Controller.HUGETLB, needed);
        addIf(netClass != null, Controller.NET_CLS, needed);
        return needed;
    }

    private static void addIf(boolean given, Controller controller, Set<Controller> needed) {
        if (given) {
            needed.add(controller);
        }
    }
}
