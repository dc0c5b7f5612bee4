package dev.polder.isolation.cgroup;

import dev.polder.isolation.DeviceRule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Limits as version 1 takes them, each in the hierarchy of its controller. Memory of a group in use is another matter. */
final class V1Limits {
    static final String HARD = "memory.limit_in_bytes";
    static final String SOFT = "memory.soft_limit_in_bytes";
    static final String SWAP = "memory.memsw.limit_in_bytes";
    static final String NONE = "-1";

    private V1Limits() {}

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
            case DEVICES -> addDevices(limits.devices(), settings);
            case IO -> limits.io().forEach(throttle -> addThrottle(throttle, fresh, settings));
            case HUGETLB ->
                limits.hugePages()
                        .forEach(limit -> settings.add(new Setting(
                                Controller.HUGETLB,
                                "hugetlb." + limit.pageSize() + ".limit_in_bytes",
                                Long.toString(limit.bytes()))));
            case NET_CLS -> {
                if (limits.netClass() != null) {
                    settings.add(new Setting(
                            Controller.NET_CLS,
                            "net_cls.classid",
                            Long.toString(Integer.toUnsignedLong(limits.netClass()))));
                }
            }
            case FREEZER, CPUACCT -> {}
        }
        return settings;
    }

    private static void addCpu(@Nullable CpuLimits cpu, boolean fresh, List<Setting> settings) {
        if (cpu == null) {
            return;
        }
        settings.add(new Setting(Controller.CPU, "cpu.shares", Long.toString(cpu.shares())));
        Long quota = cpu.quotaMicros();
        if (quota != null || !fresh) {
            settings.add(new Setting(Controller.CPU, "cpu.cfs_quota_us", quota == null ? NONE : quota.toString()));
        }
    }

    private static void addMemory(@Nullable MemoryLimits memory, boolean fresh, List<Setting> settings) {
        if (memory == null) {
            return;
        }
        addBytes(SOFT, memory.softBytes(), fresh, settings);
        addBytes(HARD, memory.hardBytes(), fresh, settings);
        addBytes(SWAP, memory.memoryAndSwapBytes(), fresh, settings);
    }

    private static void addBytes(String file, @Nullable Long bytes, boolean fresh, List<Setting> settings) {
        if (bytes != null || !fresh) {
            settings.add(new Setting(Controller.MEMORY, file, bytes == null ? NONE : bytes.toString()));
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

    private static void addDevices(@Nullable List<DeviceRule> rules, List<Setting> settings) {
        if (rules != null) {
            settings.add(new Setting(Controller.DEVICES, "devices.deny", "a"));
            rules.forEach(rule -> settings.add(new Setting(Controller.DEVICES, "devices.allow", rule.toString())));
        }
    }

    private static void addThrottle(IoThrottle throttle, boolean fresh, List<Setting> settings) {
        addRate("read_bps", throttle, throttle.readBytes(), fresh, settings);
        addRate("write_bps", throttle, throttle.writeBytes(), fresh, settings);
        addRate("read_iops", throttle, throttle.readOperations(), fresh, settings);
        addRate("write_iops", throttle, throttle.writeOperations(), fresh, settings);
    }

    /** 0 is no limit here. */
    private static void addRate(
            String what, IoThrottle throttle, @Nullable Long rate, boolean fresh, List<Setting> settings) {
        if (rate != null || !fresh) {
            settings.add(new Setting(
                    Controller.IO,
                    "blkio.throttle." + what + "_device",
                    throttle.device() + " " + (rate == null ? 0 : rate)));
        }
    }
}
