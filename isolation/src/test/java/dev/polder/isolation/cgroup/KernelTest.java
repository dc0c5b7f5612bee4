package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.Ability;
import dev.polder.isolation.DeviceRule;
import dev.polder.isolation.cgroup.TestGroups.Ended;
import dev.polder.isolation.cgroup.TestGroups.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel that runs this does to processes in a group, and what it says of them. Needs root. */
@Tag("slow")
class KernelTest {
    private static final long MIB = 1 << 20;
    private static final String SPIN = "while :; do :; done";
    /** Wants 200 MiB of memory at once: more than it is let, and no harm to the host if it is let all the same. */
    private static final String EAT = "exec dd if=/dev/zero of=/dev/null bs=200M count=1";

    /** Holds some tens of MiB that cannot be taken back, says so, and waits. */
    private static final String HOLD =
            "{ head -c 30000000 /dev/zero; echo ready >&2; read -r line; } | tail -c 30000000 | wc -c";

    @TempDir
    Path base;

    TestGroups groups;

    /** What the tests of this class see of the host. */
    View view() {
        return View.ALL;
    }

    @BeforeEach
    void open() throws IOException {
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root can make control groups here");
        groups = new TestGroups(base, view());
        assumeTrue(
                groups.cgroups().has(Controller.FREEZER),
                () -> "no freezer: " + groups.cgroups().abilities());
    }

    @AfterEach
    void close() throws IOException {
        if (groups != null) {
            groups.close();
        }
    }

    private Ability row(String name) {
        return groups.cgroups().abilities().stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void need(Controller controller) {
        Ability row = row(controller.toString());
        assumeTrue(row.available(), row::toString);
    }

    /** Swap would give a process more than its memory, on hosts that have some. */
    private GroupLimits memory(long bytes) {
        Long swap = row("swap").available() ? 0L : null;
        return GroupLimits.none().withMemory(new MemoryLimits(bytes, null, swap));
    }

    @Test
    void shouldKillWhatIsOutOfMemoryAndCountIt() throws Exception {
        need(Controller.MEMORY);
        ContainerGroup group = groups.create(memory(32 * MIB));
        assertThat(group.oomKills()).isZero();

        assertThat(groups.run(group, EAT).code()).isEqualTo(128 + 9);

        assertThat(group.oomKills()).isEqualTo(1);
        CgroupUsage.Memory usage = groups.usage(group).memory();
        assertThat(usage.oomKills()).isEqualTo(1);
        assertThat(usage.limitBytes()).isEqualTo(32 * MIB);
        OomReport report = group.oomReport();
        assertThat(report.limitBytes()).isEqualTo(32 * MIB);
        assertThat(report.statistics()).contains("pgfault ");
        // 0 where the kernel is too old to say
        assertThat(report.peakBytes()).matches(peak -> peak == 0 || (peak > 28 * MIB && peak <= 32 * MIB));
    }

    @Test
    void shouldCountOomKillsInGroupsOfTheContainersOwn() throws Exception {
        need(Controller.MEMORY);
        ContainerGroup group = groups.create(memory(32 * MIB));
        Path inner = group.directory(Controller.MEMORY).resolve("inner");

        Ended ended = groups.run(group, "mkdir " + inner + " && echo 0 >" + inner + "/cgroup.procs && " + EAT);

        assertThat(ended.code()).as(ended.said()).isEqualTo(128 + 9);
        assertThat(group.oomKills()).isEqualTo(1);
    }

    @Test
    void shouldMeasureMemory() throws Exception {
        need(Controller.MEMORY);
        ContainerGroup group = groups.create(memory(256 * MIB));
        Process process = groups.start(group, HOLD);
        assertThat(TestGroups.line(process)).isEqualTo("ready");

        CgroupUsage.Memory usage = groups.usage(group).memory();

        // the kernel counts in batches
        assertThat(usage.rssBytes()).isBetween(28 * MIB, 200 * MIB);
        assertThat(usage.totalBytes()).isBetween(28 * MIB, 220 * MIB);
        assertThat(usage.cacheBytes()).isLessThan(100 * MIB);
        assertThat(usage.limitBytes()).isEqualTo(256 * MIB);
    }

    @Test
    void shouldThrottle() throws Exception {
        need(Controller.CPU);
        ContainerGroup group = groups.create(GroupLimits.none().withCpu(new CpuLimits(1000, 200L, false)));
        long start = System.nanoTime();
        groups.start(group, SPIN);

        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(TestGroups.LONG)
                .until(() -> groups.usage(group).throttling().periods() >= 8);

        CgroupUsage usage = groups.usage(group);
        assertThat(usage.throttling().limitMillis()).isEqualTo(200);
        assertThat(usage.throttling().throttledPeriods())
                .isGreaterThanOrEqualTo(usage.throttling().periods() / 2);
        assertThat(usage.throttling().throttledNanos()).isPositive();
        if (!TestGroups.isUserModeLinux()) {
            assertThat(usage.cpuTime().totalNanos()).isLessThan((System.nanoTime() - start) * 2 / 5 + 40_000_000);
        }
    }

    @Test
    void shouldShareInProportion() throws Exception {
        need(Controller.CPU);
        ContainerGroup much = groups.create(onOneCpu(GroupLimits.none().withCpu(CpuLimits.share(2000))));
        ContainerGroup little = groups.create(onOneCpu(GroupLimits.none().withCpu(CpuLimits.share(500))));
        groups.start(much, SPIN);
        groups.start(little, SPIN);
        groups.awaitCpu(little, Duration.ofMillis(20));
        long muchBefore = groups.cpuNanos(much);
        long littleBefore = groups.cpuNanos(little);

        groups.awaitCpu(much, Duration.ofNanos(muchBefore).plusMillis(800));

        double ratio = (double) (groups.cpuNanos(much) - muchBefore) / (groups.cpuNanos(little) - littleBefore);
        assertThat(ratio).isBetween(2.0, 8.0);
    }

    private GroupLimits onOneCpu(GroupLimits limits) throws IOException {
        return groups.cgroups().has(Controller.CPUSET) ? limits.withCpuset(new CpusetLimits(lastCpu(), null)) : limits;
    }

    private static String lastCpu() throws IOException {
        String allowed = status("Cpus_allowed_list");
        return allowed.substring(Math.max(allowed.lastIndexOf(','), allowed.lastIndexOf('-')) + 1);
    }

    private static String status(String name) throws IOException {
        return Files.readString(Path.of("/proc/self/status"))
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1)
                .strip();
    }

    @Test
    void shouldStopForks() throws Exception {
        need(Controller.PIDS);
        ContainerGroup group = groups.create(GroupLimits.none().withPidsMax(6));

        Process process = groups.start(group, "for i in 1 2 3 4 5 6 7 8 9; do sleep 100 & done; wait");

        assertThat(TestGroups.line(process)).containsIgnoringCase("fork");
        CgroupUsage.Pids pids = groups.usage(group).pids();
        assertThat(pids.max()).isEqualTo(6);
        assertThat(pids.count()).isBetween(4L, 6L);
        group.kill(TestGroups.LONG);
        // whoever reaps orphans may take its time, and until then they count
        Awaitility.await()
                .atMost(TestGroups.LONG)
                .until(() -> groups.usage(group).pids().count() == 0);
    }

    @Test
    void shouldRefuseDevices() throws Exception {
        need(Controller.DEVICES);
        ContainerGroup group = groups.create(GroupLimits.none().withDevices(List.of(DeviceRule.character(1, 3))));

        Ended ended = groups.run(
                group,
                "head -c 1 /dev/null && echo null; head -c 1 /dev/zero || echo no zero; mknod " + base
                        + "/made c 1 5 || echo no node");

        assertThat(ended.said()).contains("null\n", "no zero\n", "no node\n", "Operation not permitted");
    }

    @Test
    void shouldAllowTheUsualDevices() throws Exception {
        need(Controller.DEVICES);
        ContainerGroup group = groups.create(GroupLimits.none().withDevices(DeviceRule.USUAL));

        Ended ended = groups.run(
                group,
                "head -c 1 /dev/zero | wc -c; head -c 1 /dev/urandom | wc -c; mknod " + base
                        + "/made b 1 5 && echo node; head -c 1 " + base + "/made || echo no block");

        assertThat(ended.said()).contains("1\n1\nnode\n", "no block\n");
    }

    @Test
    void shouldThrottleWrites() throws Exception {
        need(Controller.IO);
        long device = (long) Files.getAttribute(base, "unix:dev");
        int major = (int) ((device >>> 8) & 0xfff);
        assumeTrue(major > 0, "temporary files are on no block device");
        ContainerGroup group = groups.create(GroupLimits.none()
                .withIo(List.of(new IoThrottle(major, (int) (device & 0xff), null, MIB, null, null))));
        long start = System.nanoTime();

        Ended ended = groups.run(group, "dd if=/dev/zero of=" + base + "/file bs=128k count=10 oflag=direct");

        assertThat(ended.code()).as(ended.said()).isZero();
        // of the second and a quarter that it takes, the kernel gives the first part away
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(600));
        assertThat(groups.usage(group).io()).anySatisfy(io -> {
            assertThat(io.major()).isEqualTo(major);
            assertThat(io.writeBytes()).isGreaterThanOrEqualTo(10 * 128 * 1024);
            assertThat(io.writeOperations()).isGreaterThanOrEqualTo(10);
        });
    }

    @Test
    void shouldPinToACpu() throws Exception {
        need(Controller.CPUSET);
        ContainerGroup group = groups.create(onOneCpu(GroupLimits.none()));

        assertThat(groups.run(group, "grep Cpus_allowed_list /proc/self/status").said())
                .isEqualTo("Cpus_allowed_list:\t" + lastCpu() + "\n");
        assertThat(group.update(GroupLimits.none().withCpuset(new CpusetLimits("999", null))))
                .hasSize(1)
                .allMatch(refusal -> refusal.file().equals("cpuset.cpus"));
    }

    @Test
    void shouldLetNobodyRunWhileItIsFrozen() throws Exception {
        ContainerGroup frozen = groups.create(GroupLimits.none());
        ContainerGroup going = groups.create(GroupLimits.none());
        groups.start(frozen, SPIN);
        groups.start(going, SPIN);
        groups.awaitCpu(frozen, Duration.ofMillis(20));

        assertThat(frozen.freeze(TestGroups.LONG)).isTrue();

        assertThat(groups.usage(frozen).frozen()).isTrue();
        long before = groups.cpuNanos(frozen);
        groups.awaitCpu(going, Duration.ofNanos(groups.cpuNanos(going)).plusMillis(100));
        assertThat(groups.cpuNanos(frozen)).isEqualTo(before);
        frozen.thaw();
        assertThat(groups.usage(frozen).frozen()).isFalse();
        groups.awaitCpu(frozen, Duration.ofNanos(before).plusMillis(20));
        frozen.freeze(TestGroups.LONG);
        assertThat(frozen.kill(TestGroups.LONG)).isZero();
    }

    @Test
    void shouldMoveMemoryLimitsAndKillNobodyForIt() throws Exception {
        need(Controller.MEMORY);
        ContainerGroup group = groups.create(memory(128 * MIB));
        Process process = groups.start(group, HOLD);
        assertThat(TestGroups.line(process)).isEqualTo("ready");

        List<Refusal> refusals = group.update(memory(16 * MIB));

        assertThat(refusals).hasSize(1);
        assertThat(refusals.get(0).why()).containsPattern("\\d+ bytes are in use");
        assertThat(groups.usage(group).memory().limitBytes()).isEqualTo(128 * MIB);
        assertThat(group.update(memory(512 * MIB))).isEmpty();
        assertThat(groups.usage(group).memory().limitBytes()).isEqualTo(512 * MIB);
        assertThat(group.update(memory(120 * MIB))).isEmpty();
        assertThat(groups.usage(group).memory().limitBytes()).isEqualTo(120 * MIB);
        assertThat(group.oomKills()).isZero();
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        assertThat(TestGroups.line(process)).isEqualTo("30000000");
    }

    @Test
    void shouldLowerALimitToWhatIsLeftWithoutPageCache() throws Exception {
        need(Controller.MEMORY);
        assumeFalse(TestGroups.isUserModeLinux(), "files are in no page cache here that can be taken back");
        ContainerGroup group = groups.create(memory(256 * MIB));
        Process process = groups.start(
                group, "dd if=/dev/zero of=file bs=1M count=64 conv=fsync 2>/dev/null; echo ready; read -r line");
        assertThat(TestGroups.line(process)).isEqualTo("ready");
        assertThat(groups.usage(group).memory().cacheBytes()).isGreaterThan(50 * MIB);

        assertThat(group.update(memory(32 * MIB))).isEmpty();

        assertThat(groups.usage(group).memory().totalBytes()).isLessThanOrEqualTo(32 * MIB);
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void shouldUpdateCpuAndPids() throws Exception {
        need(Controller.CPU);
        need(Controller.PIDS);
        ContainerGroup group = groups.create(GroupLimits.none());

        assertThat(group.update(GroupLimits.none()
                        .withCpu(new CpuLimits(100, 500L, false))
                        .withPidsMax(7)))
                .isEmpty();
        assertThat(groups.usage(group).throttling().limitMillis()).isEqualTo(500);
        assertThat(groups.usage(group).pids().max()).isEqualTo(7);
        assertThat(group.update(GroupLimits.none().withCpu(CpuLimits.share(100))))
                .isEmpty();
        assertThat(groups.usage(group).throttling().limitMillis()).isEqualTo(CgroupUsage.UNLIMITED);
    }

    @Test
    void shouldKillDaemonsToo() throws Exception {
        ContainerGroup group = groups.create(GroupLimits.none());
        Process process = groups.start(
                group,
                "setsid sh -c 'sleep 100 & exec sleep 100' & (setsid sleep 100 >/dev/null &); trap '' TERM; sleep 100;"
                        + " sleep 100");
        TestGroups.awaitProcesses(group, 5);
        Set<Long> members = group.processes();

        assertThat(group.kill(TestGroups.LONG)).isZero();

        assertThat(TestGroups.code(process)).isEqualTo(128 + 9);
        assertThat(group.processes()).isEmpty();
        assertThat(members).hasSize(5).noneMatch(TestGroups::lives);
        assertThat(group.destroy(TestGroups.LONG)).isEmpty();
        assertThat(group.exists()).isFalse();
    }

    @Test
    void shouldKillAForkBomb() throws Exception {
        need(Controller.PIDS);
        ContainerGroup group = groups.create(GroupLimits.none().withPidsMax(60));
        // other shells end when they cannot fork
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "this host has no bash");
        groups.start(group, "exec bash -c 'bomb() { bomb | bomb & }; while :; do bomb; done' >/dev/null 2>&1");
        Awaitility.await().atMost(TestGroups.LONG).until(() -> group.processes().size() > 30);

        assertThat(group.kill(TestGroups.LONG)).isZero();
        assertThat(group.destroy(TestGroups.LONG)).isEmpty();
    }

    @Test
    void shouldKillAndRemoveGroupsOfTheContainersOwn() throws Exception {
        ContainerGroup group = groups.create(GroupLimits.none());
        Path own = group.directory(Controller.FREEZER).resolve("own");
        Process process = groups.start(
                group,
                "mkdir -p " + own + "/a/b " + own + "/c && echo 0 >" + own
                        + "/a/b/cgroup.procs; sleep 100 & sleep 100 &" + " echo 0 >" + own
                        + "/c/cgroup.procs; echo ready; wait");
        assertThat(TestGroups.line(process)).isEqualTo("ready");
        TestGroups.awaitProcesses(group, 3);
        assertThat(group.destroy(Duration.ZERO)).contains(group.directory(Controller.FREEZER));

        assertThat(group.kill(TestGroups.LONG)).isZero();
        assertThat(group.destroy(TestGroups.LONG)).isEmpty();

        assertThat(own).doesNotExist();
    }

    @Test
    void shouldKillWhoHasLeftOneOfItsGroups() throws Exception {
        need(Controller.PIDS);
        ContainerGroup group = groups.create(GroupLimits.none());
        Path outside = group.directory(Controller.FREEZER).getParent().getParent();
        assumeTrue(
                !group.directory(Controller.PIDS).equals(group.directory(Controller.FREEZER)),
                "there is one hierarchy only");
        Process process = groups.start(group, "echo 0 >" + outside + "/cgroup.procs; echo ready; sleep 100");
        assertThat(TestGroups.line(process)).isEqualTo("ready");

        assertThat(group.kill(TestGroups.LONG)).isZero();

        assertThat(TestGroups.code(process)).isEqualTo(128 + 9);
    }

    @Test
    void shouldKillWhoIsInAGroupOfThreads() throws Exception {
        ContainerGroup group = groups.create(GroupLimits.none());
        Path inner = group.directory(Controller.FREEZER).resolve("threads");
        assumeTrue(group.isUnified(Controller.FREEZER), "version 1 has no groups of threads");
        Process process = groups.start(
                group,
                "mkdir " + inner + " && echo threaded >" + inner + "/cgroup.type && echo 0 >" + inner
                        + "/cgroup.threads && echo ready; sleep 100");
        assertThat(TestGroups.line(process)).isEqualTo("ready");

        assertThat(group.processes()).contains(process.pid());
        assertThat(group.kill(TestGroups.LONG)).isZero();
        assertThat(group.destroy(TestGroups.LONG)).isEmpty();

        assertThat(TestGroups.code(process)).isEqualTo(128 + 9);
    }

    @Test
    void shouldFindOrphansAgain() throws Exception {
        ContainerGroup group = groups.create(GroupLimits.none());
        groups.start(group, "exec sleep 100");
        TestGroups.awaitProcesses(group, 1);

        try (TestGroups next = new TestGroups(base, view())) {
            assertThat(next.cgroups().containers()).containsExactly(group.id());
            ContainerGroup found = next.cgroups().group(group.id());
            assertThat(found.processes()).isEqualTo(group.processes());
            // closing kills and removes what it finds
        }

        assertThat(group.exists()).isFalse();
    }

    @Test
    void shouldLetNobodyJoinWhatIsRemoved() throws Exception {
        ContainerGroup group = groups.create(GroupLimits.none());
        group.destroy(TestGroups.LONG);

        Ended ended = groups.run(group, "echo inside");

        assertThat(ended.code()).isEqualTo(99);
        assertThat(ended.said()).doesNotContain("inside");
    }

    @Test
    void shouldRefuseWhatTheKernelRefuses() throws Exception {
        need(Controller.CPUSET);

        assertThatThrownBy(() -> groups.create(GroupLimits.none().withCpuset(new CpusetLimits("999", null))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'999' was refused by ");

        assertThat(groups.cgroups().containers()).isEmpty();
    }

    @Test
    void shouldMeasureCpuTimeOfWhatHasEnded() throws Exception {
        ContainerGroup group = groups.create(GroupLimits.none());

        groups.run(group, "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done");

        CgroupUsage.CpuTime time = groups.usage(group).cpuTime();
        assertThat(time.totalNanos()).isPositive();
        assertThat(time.userNanos() + time.systemNanos()).isLessThan(60_000_000_000L);
    }
}
