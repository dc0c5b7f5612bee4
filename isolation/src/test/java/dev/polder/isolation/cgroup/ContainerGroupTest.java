package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.Ability;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.DeviceRule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** One container's group on kernels that are made up. */
class ContainerGroupTest {
    private static final ContainerId ID = new ContainerId(new UUID(0, 10));
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration LONG = Duration.ofMinutes(1);

    private static ContainerGroup create(FakeKernel kernel, GroupLimits limits) throws IOException {
        return FakeHosts.discover(kernel).create(ID, limits);
    }

    private static String read(FakeKernel kernel, ContainerGroup group, Controller controller, String file)
            throws IOException {
        return kernel.text(group.directory(controller).resolve(file)).strip();
    }

    private static GroupLimits memory(long hard, Long swap) {
        return GroupLimits.none().withMemory(new MemoryLimits(hard, null, swap));
    }

    @Test
    void shouldBeMadeWithItsLimits() throws IOException {
        FakeKernel v1 = FakeHosts.v1();
        FakeKernel v2 = FakeHosts.v2("/");
        GroupLimits limits = memory(64 << 20, null).withPidsMax(9).withCpu(new CpuLimits(500, 1000L, false));

        ContainerGroup first = create(v1, limits);
        ContainerGroup second = create(v2, limits);

        assertThat(read(v1, first, Controller.MEMORY, "memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(read(v1, first, Controller.CPU, "cpu.cfs_quota_us")).isEqualTo("100000");
        assertThat(read(v1, first, Controller.PIDS, "pids.max")).isEqualTo("9");
        assertThat(read(v2, second, Controller.MEMORY, "memory.max")).isEqualTo("67108864");
        assertThat(read(v2, second, Controller.CPU, "cpu.weight")).isEqualTo("50");
    }

    @Test
    void shouldLeaveNothingOfAGroupThatCannotBeMade() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        Cgroups cgroups = FakeHosts.discover(kernel);
        Set<Path> before = kernel.groups();
        kernel.refusals.put("pids.max", "Invalid argument");

        assertThatThrownBy(() -> cgroups.create(ID, GroupLimits.none().withPidsMax(9)))
                .isInstanceOf(IOException.class)
                .hasMessage("'9' was refused by /sys/fs/cgroup/pids/polder-n1/" + ID + "/pids.max: Invalid argument");

        assertThat(kernel.groups()).isEqualTo(before);
    }

    @Test
    void shouldNotTakeAGroupThatIsThere() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        Cgroups cgroups = FakeHosts.discover(kernel);
        Path there = Path.of("/sys/fs/cgroup/pids/polder-n1/" + ID);
        kernel.makeGroup(there);

        assertThatThrownBy(() -> cgroups.create(ID, GroupLimits.none()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("container " + ID + " has a control group already");

        assertThat(kernel.exists(there)).isTrue();
        assertThat(kernel.groups().stream().filter(group -> group.endsWith(ID.toString())))
                .containsExactly(there);
    }

    @Test
    void shouldRaiseMemoryWithSwapFirstAndLowerItWithSwapLast() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, memory(100, 10L));

        assertThat(group.update(memory(200, 20L))).isEmpty();
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.SWAP)).isEqualTo("220");
        assertThat(group.update(memory(50, 5L))).isEmpty();
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.HARD)).isEqualTo("50");
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.SWAP)).isEqualTo("55");
        assertThat(group.update(memory(300, null))).isEmpty();
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.HARD)).isEqualTo("300");
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.SWAP)).isEqualTo("-1");
        assertThat(group.update(GroupLimits.none().withMemory(new MemoryLimits(null, null, null))))
                .isEmpty();
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.HARD)).isEqualTo("-1");
    }

    @Test
    void shouldKeepTheLimitOfVersion1ThatIsBelowTheUsage() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, memory(1000, 100L));
        kernel.put(group.directory(Controller.MEMORY), "memory.usage_in_bytes", "900\n");

        List<Refusal> refusals = group.update(memory(500, 100L));

        assertThat(refusals).hasSize(1);
        assertThat(refusals.get(0).toString())
                .isEqualTo("memory.limit_in_bytes is not set to 500: Device or resource busy: 900 bytes are in use");
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.HARD)).isEqualTo("1000");
        assertThat(read(kernel, group, Controller.MEMORY, V1Limits.SWAP)).isEqualTo("1100");
    }

    @Test
    void shouldNotKillForALimitOfVersion2ThatIsBelowTheUsage() throws IOException {
        FakeKernel kernel = FakeHosts.v2("/");
        ContainerGroup group = create(kernel, memory(1000, null));
        kernel.put(group.directory(Controller.MEMORY), "memory.current", "900\n");
        kernel.reclaimable = 300;

        assertThat(group.update(memory(500, null)))
                .containsExactly(new Refusal(Controller.MEMORY, "memory.max", "500", "600 bytes are in use"));
        assertThat(read(kernel, group, Controller.MEMORY, "memory.max")).isEqualTo("1000");
        assertThat(group.update(memory(600, null))).isEmpty();
        assertThat(read(kernel, group, Controller.MEMORY, "memory.max")).isEqualTo("600");
    }

    @Test
    void shouldSayThatSwapIsNotCounted() throws IOException {
        FakeKernel v1 = FakeHosts.v1();
        ContainerGroup first = create(v1, GroupLimits.none());
        v1.remove(first.directory(Controller.MEMORY).resolve(V1Limits.SWAP));
        FakeKernel v2 = FakeHosts.v2("/");
        ContainerGroup second = create(v2, GroupLimits.none());

        assertThat(first.update(memory(100, 5L)).toString())
                .isEqualTo("[memory.memsw.limit_in_bytes is not set to 105: the kernel does not count swap]");
        assertThat(first.update(memory(100, null))).isEmpty();
        assertThat(second.update(memory(100, 5L)).toString())
                .isEqualTo("[memory.swap.max is not set to 5: no such file]");
        assertThat(second.update(memory(100, null))).isEmpty();
    }

    @Test
    void shouldSetWhatItCanInAnUpdate() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        ContainerGroup group = create(kernel, GroupLimits.none());
        kernel.refusals.put("cpuset.cpus", "Invalid argument");

        List<Refusal> refusals = group.update(
                GroupLimits.none().withCpuset(new CpusetLimits("7", null)).withPidsMax(5));

        assertThat(refusals).containsExactly(new Refusal(Controller.CPUSET, "cpuset.cpus", "7", "Invalid argument"));
        assertThat(read(kernel, group, Controller.PIDS, "pids.max")).isEqualTo("5");
    }

    @Test
    void shouldRefuseUpdatesThatNoGroupCanTake() throws IOException {
        ContainerGroup group = create(FakeHosts.v2("/"), GroupLimits.none());

        assertThatThrownBy(() -> group.update(GroupLimits.none().withDevices(DeviceRule.USUAL)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("devices are given when the group is made");
        assertThatThrownBy(() -> group.update(GroupLimits.none().withNetClass(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limits of net_cls, which is not in use");
    }

    @Test
    void shouldFreezeAndThaw() throws IOException {
        for (FakeKernel kernel : List.of(FakeHosts.v1(), FakeHosts.hybrid(), FakeHosts.v2("/"))) {
            Cgroups cgroups = FakeHosts.discover(kernel);
            ContainerGroup group = cgroups.create(ID, GroupLimits.none());

            assertThat(group.freeze(Duration.ZERO)).isTrue();
            assertThat(cgroups.usageReader().read(group).frozen()).isTrue();
            group.thaw();
            assertThat(cgroups.usageReader().read(group).frozen()).isFalse();
        }
    }

    @Test
    void shouldSayThatItIsNotYetFrozen() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, GroupLimits.none());
        kernel.refusals.put("freezer.state", "Device or resource busy");

        assertThatThrownBy(() -> group.freeze(SHORT)).isInstanceOf(IOException.class);

        FakeKernel slow = FakeHosts.v2("/");
        ContainerGroup unified = create(slow, GroupLimits.none());
        slow.makeGroup(unified.directory(Controller.FREEZER).resolve("inner"));
        slow.onFreeze = () -> slow.put(unified.directory(Controller.FREEZER), "cgroup.events", "frozen 0\n");

        assertThat(unified.freeze(SHORT)).isFalse();
    }

    @Test
    void shouldKillAllAtOnceInVersion2() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        ContainerGroup group = create(kernel, GroupLimits.none());
        Path inner = group.directory(Controller.FREEZER).resolve("made-by-task");
        kernel.add(group.directory(Controller.FREEZER), 7, 8);
        kernel.add(inner, 9);

        assertThat(group.processes()).containsExactlyInAnyOrder(7L, 8L, 9L);
        assertThat(group.kill(LONG)).isZero();

        assertThat(kernel.signalled).isEmpty();
        assertThat(group.destroy(LONG)).isEmpty();
        assertThat(kernel.exists(inner)).isFalse();
    }

    @Test
    void shouldKillThoseThatHaveLeftTheFirstHierarchy() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        ContainerGroup group = create(kernel, GroupLimits.none());
        kernel.add(group.directory(Controller.MEMORY), 7);

        assertThat(group.kill(LONG)).isZero();

        assertThat(kernel.signalled).containsExactly(7L);
    }

    @Test
    void shouldListThoseOfAGroupOfThreads() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        ContainerGroup group = create(kernel, GroupLimits.none());
        Path inner = group.directory(Controller.FREEZER).resolve("threads");
        kernel.add(inner, 7);
        kernel.unreadable.add(inner.resolve("cgroup.procs"));
        kernel.put(inner, "cgroup.threads", "7\n8\n");

        assertThat(group.processes()).containsExactly(7L, 8L);
    }

    @Test
    void shouldKillFrozenProcessesInVersion1() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, GroupLimits.none());
        Path freezer = group.directory(Controller.FREEZER);
        kernel.add(freezer, 7);
        kernel.add(freezer.resolve("inner"), 8);
        // frozen by the task itself, to survive
        kernel.write(freezer.resolve("inner/freezer.state"), "FROZEN");
        kernel.writes.clear();

        assertThat(group.kill(LONG)).isZero();

        assertThat(kernel.signalled).containsExactly(7L, 8L);
        assertThat(kernel.writes)
                .containsExactly(
                        freezer + "/freezer.state=FROZEN",
                        freezer + "/freezer.state=THAWED",
                        freezer + "/inner/freezer.state=THAWED");
    }

    @Test
    void shouldKillWithoutAFreezer() throws IOException {
        FakeKernel kernel = new FakeKernel().v1("/sys/fs/cgroup/pids", "pids", "/");
        ContainerGroup group = create(kernel, GroupLimits.none());
        kernel.add(group.directory(Controller.PIDS), 7, 8);

        assertThat(group.kill(LONG)).isZero();

        assertThat(FakeHosts.discover(kernel).abilities())
                .contains(new Ability("kill", true, "in rounds: whatever forks quickly may take many"));
        assertThat(kernel.signalled).containsExactly(7L, 8L);
        assertThatThrownBy(() -> group.freeze(SHORT)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldSayHowManyAreLeft() throws IOException {
        for (FakeKernel kernel : List.of(FakeHosts.v1(), FakeHosts.v2("/"))) {
            ContainerGroup group = create(kernel, GroupLimits.none());
            // 0 stands for one that has no number here
            kernel.add(group.directory(Controller.FREEZER), 0, 7, 8);
            kernel.immortal.addAll(List.of(0L, 7L));

            assertThat(group.kill(SHORT)).isEqualTo(2);

            Path left = group.directory(Controller.FREEZER);
            assertThat(group.destroy(SHORT)).contains(left);
            assertThat(kernel.exists(left)).isTrue();
        }
    }

    @Test
    void shouldNotSignalAStrangerWhoGotTheNumber() throws IOException {
        FakeKernel kernel = new FakeKernel().v1("/sys/fs/cgroup/pids", "pids", "/");
        Cgroups cgroups = Cgroups.discover(CgroupSettings.of("n1"), kernel, pid -> {
            // between the list and the look at the number its process ends
            kernel.endOne(pid);
            return () -> kernel.signalled.add(pid);
        });
        ContainerGroup group = cgroups.create(ID, GroupLimits.none());
        kernel.add(group.directory(Controller.PIDS), 7);

        assertThat(group.kill(LONG)).isZero();

        assertThat(kernel.signalled).isEmpty();
    }

    @Test
    void shouldTryAgainWhileTheKernelIsBusy() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        Set<Path> before = kernel.groups();
        Cgroups cgroups = FakeHosts.discover(kernel);
        ContainerGroup group = cgroups.create(ID, GroupLimits.none());
        kernel.busyRemovals = 50;

        assertThat(group.destroy(LONG)).isEmpty();
        assertThat(group.destroy(Duration.ZERO)).isEmpty();

        cgroups.removeRoots();
        assertThat(kernel.groups()).isEqualTo(before);
    }

    @Test
    void shouldDestroyTreesOfGroups() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, GroupLimits.none());
        Path deep = group.directory(Controller.MEMORY);
        for (int i = 0; i < 300; i++) {
            deep = deep.resolve("d");
            kernel.makeGroup(deep);
            kernel.makeGroup(deep.resolve("leaf"));
        }

        assertThat(group.destroy(LONG)).isEmpty();
        assertThat(group.exists()).isFalse();
    }

    @Test
    void shouldDestroyMoreGroupsThanItLooksAtInOnePass() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, GroupLimits.none());
        for (int i = 0; i < 5_100; i++) {
            Path wide = group.directory(Controller.PIDS).resolve("wide" + i);
            kernel.makeGroup(wide);
            kernel.makeGroup(wide.resolve("leaf"));
        }

        assertThat(group.destroy(LONG)).isEmpty();
        assertThat(group.exists()).isFalse();
    }

    @Test
    void shouldCountOomKillsOfNestedGroups() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, GroupLimits.none());
        Path memory = group.directory(Controller.MEMORY);
        kernel.makeGroup(memory.resolve("inner"));
        kernel.put(memory, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        kernel.put(memory.resolve("inner"), "memory.oom_control", "oom_kill 3\n");
        FakeKernel unified = FakeHosts.v2("/");
        ContainerGroup second = create(unified, GroupLimits.none());
        unified.put(second.directory(Controller.MEMORY), "memory.events", "oom 9\noom_kill 4\noom_group_kill 0\n");

        assertThat(group.oomKills()).isEqualTo(5);
        assertThat(second.oomKills()).isEqualTo(4);
    }

    @Test
    void shouldReportHowItRanOutOfMemory() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        ContainerGroup group = create(kernel, memory(1000, null));
        kernel.put(group.directory(Controller.MEMORY), "memory.max_usage_in_bytes", "999\n");
        FakeKernel unified = FakeHosts.v2("/");
        ContainerGroup second = create(unified, GroupLimits.none());

        assertThat(group.oomReport()).isEqualTo(new OomReport(0, 1000, 999, "cache 0\nrss 0\n"));
        assertThat(second.oomReport()).isEqualTo(new OomReport(0, CgroupUsage.UNLIMITED, 0, "anon 0\nfile 0\n"));
    }

    @Test
    void shouldSayThatMemoryIsNotInUse() throws IOException {
        ContainerGroup group = create(new FakeKernel().v1("/sys/fs/cgroup/pids", "pids", "/"), GroupLimits.none());

        assertThatThrownBy(group::oomKills).isInstanceOf(IllegalStateException.class);
    }
}
