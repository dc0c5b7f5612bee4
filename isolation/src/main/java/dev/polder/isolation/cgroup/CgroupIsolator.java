package dev.polder.isolation.cgroup;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerUsage;
import dev.polder.isolation.DeviceRule;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.ShellText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts each container into a control group of its own: with its share of the processors and of memory, its limits, and
 * nothing left of it afterwards, whatever it has started. A limit that this host cannot set is left out; what it can is
 * in {@link Cgroups#abilities()}.
 */
public final class CgroupIsolator implements Isolator {
    /** How long is waited for killed processes to be gone; what hangs in the kernel takes longer. */
    private static final Duration KILL_TIME = Duration.ofSeconds(5);

    private static final Duration REMOVE_TIME = Duration.ofSeconds(5);
    /** A container of which one process was killed for want of memory is ended so soon, if it did not end by that. */
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

    private static final long MIB = 1 << 20;

    private static final Logger log = LoggerFactory.getLogger(CgroupIsolator.class);

    private final Cgroups cgroups;
    private final List<DeviceRule> devices;
    /** Those that nobody uses now; as many as there were calls at once. */
    private final Queue<UsageReader> readers = new ConcurrentLinkedQueue<>();

    /** An isolator with these control groups; where they limit devices, the usual ones are allowed. */
    public CgroupIsolator(Cgroups cgroups) {
        this(cgroups, List.of());
    }

    /**
     * An isolator with these control groups.
     *
     * @param devices that every container may use beside the usual ones, where the groups limit devices
     */
    public CgroupIsolator(Cgroups cgroups, List<DeviceRule> devices) {
        this.cgroups = requireNonNull(cgroups, "cgroups");
        this.devices = List.copyOf(devices);
    }

    @Override
    public String name() {
        return "cgroups";
    }

    @Override
    public void recover(Set<ContainerId> containers) throws IOException {
        for (ContainerId id : cgroups.containers()) {
            if (!containers.contains(id)) {
                try {
                    cleanup(id);
                } catch (IOException e) {
                    // a process that hangs in the kernel must not keep the node from its other tasks
                    log.error("control groups of a former container stay id={}", id, e);
                }
            }
        }
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        GroupLimits limits = spec.limits().map(this::limits).orElseGet(GroupLimits::none);
        if (cgroups.has(Controller.DEVICES)) {
            plan.allowDevices(devices);
            List<DeviceRule> rules = new ArrayList<>(DeviceRule.USUAL);
            rules.addAll(plan.devices());
            limits = limits.withDevices(rules);
        }
        plan.joinGroups(cgroups.create(spec.id(), limits).joinFiles());
    }

    private GroupLimits limits(ContainerLimits asked) {
        CpuLimits cpu = new CpuLimits(asked.cpuMillis(), boxed(asked.cpuMillisMax()), false);
        MemoryLimits memory = new MemoryLimits(boxed(asked.memoryBytesMax()), asked.memoryBytes(), null);
        boolean countsProcesses =
                cgroups.has(Controller.PIDS) && asked.processesMax().isPresent();
        return new GroupLimits(
                cgroups.has(Controller.CPU) ? cpu : null,
                cgroups.has(Controller.MEMORY) ? memory : null,
                countsProcesses ? asked.processesMax().getAsLong() : null,
                null,
                null,
                List.of(),
                List.of(),
                null);
    }

    private static @Nullable Long boxed(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    @Override
    public Optional<Duration> watchInterval() {
        return cgroups.has(Controller.MEMORY) ? Optional.of(WATCH_INTERVAL) : Optional.empty();
    }

    @Override
    public Optional<Limitation> watch(ContainerId id) throws IOException {
        ContainerGroup group = cgroups.group(id);
        if (!cgroups.has(Controller.MEMORY) || !group.exists() || group.oomKills() == 0) {
            return Optional.empty();
        }
        OomReport report = group.oomReport();
        return Optional.of(new Limitation(
                Limitation.Kind.MEMORY,
                "Memory limit exceeded: Requested: " + report.limitBytes() / MIB + "MB Maximum Used: "
                        + report.peakBytes() / MIB + "MB\n\nMEMORY STATISTICS:\n" + report.statistics()));
    }

    @Override
    public ContainerUsage usage(ContainerId id) throws IOException {
        ContainerGroup group = cgroups.group(id);
        UsageReader reader = readers.poll();
        if (reader == null) {
            reader = cgroups.usageReader();
        }
        try {
            return usage(reader.read(group));
        } finally {
            readers.add(reader);
        }
    }

    private static ContainerUsage usage(CgroupUsage read) {
        return new ContainerUsage(
                Optional.ofNullable(read.cpuTime())
                        .map(time -> new ContainerUsage.CpuTime(time.userNanos(), time.systemNanos())),
                Optional.ofNullable(read.throttling())
                        .filter(throttling -> throttling.limitMillis() != CgroupUsage.UNLIMITED)
                        .map(throttling -> new ContainerUsage.Throttling(
                                throttling.periods(), throttling.throttledPeriods(), throttling.throttledNanos())),
                Optional.ofNullable(read.memory()).map(CgroupIsolator::memory),
                OptionalLong.empty(),
                read.pids() == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(read.pids().count()),
                OptionalLong.empty(),
                read.io().stream().map(CgroupIsolator::blockDevice).toList());
    }

    private static ContainerUsage.BlockDevice blockDevice(CgroupUsage.Io read) {
        return new ContainerUsage.BlockDevice(
                read.major(),
                read.minor(),
                read.readBytes(),
                read.writeBytes(),
                read.readOperations(),
                read.writeOperations());
    }

    private static ContainerUsage.Memory memory(CgroupUsage.Memory read) {
        return new ContainerUsage.Memory(
                read.rssBytes(),
                Optional.of(new ContainerUsage.CountedMemory(
                        read.totalBytes(),
                        read.cacheBytes(),
                        read.mappedFileBytes(),
                        read.swapBytes(),
                        read.unevictableBytes())));
    }

    @Override
    public void update(ContainerId id, ContainerLimits limits) throws IOException {
        List<Refusal> refusals = cgroups.group(id).update(limits(limits));
        if (!refusals.isEmpty()) {
            throw new IOException(refusals.toString());
        }
    }

    @Override
    public String endScript() {
        return cgroups.roots().stream()
                .map(root -> " " + ShellText.quote(root.toString()))
                .collect(Collectors.joining("", "remove_groups", "\n"));
    }

    @Override
    public List<Path> joinFiles(ContainerId id) {
        return cgroups.group(id).joinFiles();
    }

    @Override
    public Set<Long> processes(ContainerId id) throws IOException {
        ContainerGroup group = cgroups.group(id);
        return group.exists() ? group.processes() : Set.of();
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        ContainerGroup group = cgroups.group(id);
        if (group.destroyUnused()) {
            return;
        }
        int alive = group.kill(KILL_TIME);
        List<Path> left = group.destroy(REMOVE_TIME);
        if (!left.isEmpty()) {
            throw new IOException("control groups " + left + " are left, and " + alive + " processes in them");
        }
    }

    @Override
    public void close() {
        // where containers run on, or this JVM is, they stay
        List<Path> stay = cgroups.removeRoots();
        log.debug("control groups stay groups={}", stay);
    }
}
