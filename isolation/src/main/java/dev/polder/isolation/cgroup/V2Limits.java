package dev.polder.isolation.cgroup;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Limits as version 2 takes them. Memory of a group in use is another matter. */
final class V2Limits {
    static final String HARD = "memory.max";
    static final String SOFT = "memory.low";
    static final String SWAP = "memory.swap.max";
    static final String NONE = "max";

    private V2Limits() {}

    /** Returns what is to be written for one controller; {@code fresh}: what holds in a new group is not. */
    static List<Setting> settings(Controller controller, GroupLimits limits, boolean fresh) {
        List<Setting> settings = new ArrayList<>();
        switch (controller) {
            case CPU -> addCpu(limits.cpu(), fresh, settings);
            case MEMORY -> addMemory(limits.memory(), fresh, settings);
            case PIDS -> {
                if (limits.pidsMax() != null) {
                    settings.add(new Setting(Controller.PIDS, "pids.max", String.valueOf(limits.pidsMax())));
                }
            }
            case CPUSET -> addCpuset(limits.cpuset(), settings);
            case IO ->
                limits.io().forEach(throttle -> settings.add(new Setting(Controller.IO, "io.max", rates(throttle))));
            case HUGETLB ->
                limits.hugePages()
                        .forEach(limit -> settings.add(new Setting(
                                Controller.HUGETLB,
                                "hugetlb." + limit.pageSize() + ".max",
                                Long.toString(limit.bytes()))));
            case FREEZER, CPUACCT, DEVICES, NET_CLS -> {}
        }
        return settings;
    }

    private static void addCpu(@Nullable CpuLimits cpu, boolean fresh, List<Setting> settings) {
        if (cpu == null) {
            return;
        }
        settings.add(new Setting(Controller.CPU, "cpu.weight", Long.toString(cpu.weight())));
        Long quota = cpu.quotaMicros();
        if (quota != null || !fresh) {
            settings.add(new Setting(
                    Controller.CPU,
                    "cpu.max",
                    (quota == null ? NONE : quota.toString()) + " " + CpuLimits.PERIOD_MICROS));
        }
    }

    private static void addMemory(@Nullable MemoryLimits memory, boolean fresh, List<Setting> settings) {
        if (memory == null) {
            return;
        }
        addBytes(SOFT, memory.softBytes(), "0", fresh, settings);
        addBytes(HARD, memory.hardBytes(), NONE, fresh, settings);
        addBytes(SWAP, memory.swapBytes(), NONE, fresh, settings);
    }

    private static void addBytes(
            String file, @Nullable Long bytes, String none, boolean fresh, List<Setting> settings) {
        if (bytes != null || !fresh) {
            settings.add(new Setting(Controller.MEMORY, file, bytes == null ? none : bytes.toString()));
        }
    }

    private static void addCpuset(@Nullable CpusetLimits cpuset, List<Setting> settings) {
        if (cpuset != null && cpuset.cpus() != null) {
            settings.add(new Setting(Controller.CPUSET, "cpuset.cpus", cpuset.cpus()));
        }
        if (cpuset != null && cpuset.memoryNodes() != null) {
            settings.add(new Setting(Controller.CPUSET, "cpuset.mems", cpuset.memoryNodes()));
        }
    }

    private static String rates(IoThrottle throttle) {
        return throttle.device() + " rbps=" + rate(throttle.readBytes()) + " wbps=" + rate(throttle.writeBytes())
                + " riops=" + rate(throttle.readOperations()) + " wiops=" + rate(throttle.writeOperations());
    }

    private static String rate(@Nullable Long rate) {
        return rate == null ? NONE : rate.toString();
    }
}
