package dev.polder.isolation.cgroup;

import dev.polder.isolation.cgroup.CgroupUsage.CpuTime;
import dev.polder.isolation.cgroup.CgroupUsage.Memory;
import dev.polder.isolation.cgroup.CgroupUsage.Pids;
import dev.polder.isolation.cgroup.CgroupUsage.Throttling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what containers use: each file once, into one buffer that is kept, and nothing stays open. Owned by one thread
 * at a time.
 */
public final class UsageReader {
    /** Of user and system time in version 1: the kernel's unit for programs is a hundredth of a second. */
    private static final long NANOS_A_TICK = 10_000_000;

    private static final byte[] USER = StatBytes.key("user");
    private static final byte[] SYSTEM = StatBytes.key("system");
    private static final byte[] USER_USEC = StatBytes.key("user_usec");
    private static final byte[] SYSTEM_USEC = StatBytes.key("system_usec");
    private static final byte[] USAGE_USEC = StatBytes.key("usage_usec");
    private static final byte[] PERIODS = StatBytes.key("nr_periods");
    private static final byte[] THROTTLED = StatBytes.key("nr_throttled");
    private static final byte[] THROTTLED_TIME = StatBytes.key("throttled_time");
    private static final byte[] THROTTLED_USEC = StatBytes.key("throttled_usec");
    private static final byte[] FROZEN = StatBytes.key("frozen");
    private static final byte[] FROZEN_STATE = StatBytes.key("FROZEN");

    private final StatBytes stat;
    private final MemoryReader memory;
    private final IoReader io;

    UsageReader(ControlFiles files) {
        this.stat = new StatBytes(files);
        this.memory = new MemoryReader(files, stat);
        this.io = new IoReader(files, stat);
    }

    /**
     * Reads the usage of one container.
     *
     * @throws IOException if its group is not there
     */
    public CgroupUsage read(ContainerGroup group) throws IOException {
        return new CgroupUsage(
                cpuTime(group), throttling(group), memory(group), pids(group), io(group), isFrozen(group));
    }

    private @Nullable CpuTime cpuTime(ContainerGroup group) throws IOException {
        Path directory = group.directory(Controller.CPUACCT);
        if (directory == null) {
            return null;
        }
        boolean unified = group.isUnified(Controller.CPUACCT);
        long user = 0;
        long system = 0;
        long total = 0;
        stat.load(directory.resolve(unified ? "cpu.stat" : "cpuacct.stat"));
        while (stat.nextLine()) {
            stat.nextWord();
            if (stat.wordIs(USER_USEC)) {
                user = nanosOfMicros(stat.nextNumber());
            } else if (stat.wordIs(SYSTEM_USEC)) {
                system = nanosOfMicros(stat.nextNumber());
            } else if (stat.wordIs(USAGE_USEC)) {
                total = nanosOfMicros(stat.nextNumber());
            } else if (stat.wordIs(USER)) {
                user = stat.nextNumber() * NANOS_A_TICK;
            } else if (stat.wordIs(SYSTEM)) {
                system = stat.nextNumber() * NANOS_A_TICK;
            }
        }
        return new CpuTime(user, system, unified ? total : stat.first(directory.resolve("cpuacct.usage")));
    }

    private static long nanosOfMicros(long micros) {
        return micros * 1000;
    }

    private @Nullable Throttling throttling(ContainerGroup group) throws IOException {
        Path directory = group.directory(Controller.CPU);
        if (directory == null) {
            return null;
        }
        long periods = 0;
        long throttled = 0;
        long nanos = 0;
        stat.load(directory.resolve("cpu.stat"));
        while (stat.nextLine()) {
            stat.nextWord();
            if (stat.wordIs(PERIODS)) {
                periods = stat.nextNumber();
            } else if (stat.wordIs(THROTTLED)) {
                throttled = stat.nextNumber();
            } else if (stat.wordIs(THROTTLED_TIME)) {
                nanos = stat.nextNumber();
            } else if (stat.wordIs(THROTTLED_USEC)) {
                nanos = nanosOfMicros(stat.nextNumber());
            }
        }
        String quotaFile = group.isUnified(Controller.CPU) ? "cpu.max" : "cpu.cfs_quota_us";
        return new Throttling(cpuLimit(stat.first(directory.resolve(quotaFile))), periods, throttled, nanos);
    }

    /** Nobody but us sets it, and we always leave the period at the kernel's own. */
    private static long cpuLimit(long quotaMicros) {
        return quotaMicros == CgroupUsage.UNLIMITED
                ? CgroupUsage.UNLIMITED
                : quotaMicros * 1000 / CpuLimits.PERIOD_MICROS;
    }

    private @Nullable Memory memory(ContainerGroup group) throws IOException {
        Path directory = group.directory(Controller.MEMORY);
        return directory == null ? null : memory.read(group, directory);
    }

    private @Nullable Pids pids(ContainerGroup group) throws IOException {
        Path directory = group.directory(Controller.PIDS);
        return directory == null
                ? null
                : new Pids(stat.first(directory.resolve("pids.current")), stat.first(directory.resolve("pids.max")));
    }

    private List<CgroupUsage.Io> io(ContainerGroup group) throws IOException {
        Path directory = group.directory(Controller.IO);
        return directory == null ? List.of() : io.read(directory, group.isUnified(Controller.IO));
    }

    private boolean isFrozen(ContainerGroup group) throws IOException {
        Path directory = group.directory(Controller.FREEZER);
        if (directory == null) {
            return false;
        }
        if (group.isUnified(Controller.FREEZER)) {
            return stat.value(directory.resolve("cgroup.events"), FROZEN) == 1;
        }
        stat.load(directory.resolve("freezer.state"));
        return stat.nextLine() && stat.nextWord() && stat.wordIs(FROZEN_STATE);
    }
}
