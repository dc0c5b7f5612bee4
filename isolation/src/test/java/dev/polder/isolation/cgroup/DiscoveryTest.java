package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.Ability;
import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
    private static final ContainerId ID = new ContainerId(new UUID(0, 10));

    private static Ability row(Cgroups cgroups, String name) {
        return cgroups.abilities().stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> joinFiles(Cgroups cgroups) {
        return cgroups.group(ID).joinFiles().stream().map(Path::toString).toList();
    }

    @Test
    void shouldUseEachHierarchyOfVersion1Once() throws IOException {
        Cgroups cgroups = FakeHosts.discover(FakeHosts.v1());

        assertThat(joinFiles(cgroups))
                .containsExactly(
                        "/sys/fs/cgroup/freezer/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/cpu,cpuacct/own/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/memory/own/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/pids/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/cpuset/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/devices/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/blkio/polder-n1/" + ID + "/cgroup.procs");
        assertThat(row(cgroups, "memory"))
                .isEqualTo(new Ability("memory", true, "v1 in /sys/fs/cgroup/memory/own/polder-n1"));
        assertThat(row(cgroups, "net_cls").available()).isFalse();
        assertThat(row(cgroups, "net_cls").detail()).contains("not mounted");
        assertThat(row(cgroups, "swap").available()).isTrue();
        assertThat(row(cgroups, "kill").detail()).isEqualTo("of frozen processes");
    }

    @Test
    void shouldKillAndCountByVersion2WhereBothAreThere() throws IOException {
        Cgroups cgroups = FakeHosts.discover(
                FakeHosts.hybrid(),
                CgroupSettings.of("n1").withWanted(Set.of(Controller.CPU, Controller.CPUACCT, Controller.MEMORY)));

        assertThat(joinFiles(cgroups))
                .containsExactly(
                        "/sys/fs/cgroup/unified/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/cpu,cpuacct/own/polder-n1/" + ID + "/cgroup.procs",
                        "/sys/fs/cgroup/memory/own/polder-n1/" + ID + "/cgroup.procs");
        assertThat(row(cgroups, "cpuacct").detail()).startsWith("v2 in ");
        assertThat(row(cgroups, "cpu").detail()).startsWith("v1 in ");
        assertThat(row(cgroups, "kill").detail()).isEqualTo("one write to cgroup.kill");
        assertThat(row(cgroups, "pids").detail()).isEqualTo("not asked for");
        assertThat(cgroups.abilities())
                .allMatch(row -> row.available() || !row.detail().isEmpty());
    }

    @Test
    void shouldEnableControllersOfVersion2OnTheWayDown() throws IOException {
        FakeKernel kernel = FakeHosts.v2("/");

        Cgroups cgroups = FakeHosts.discover(kernel);

        assertThat(joinFiles(cgroups)).containsExactly("/sys/fs/cgroup/polder-n1/" + ID + "/cgroup.procs");
        for (Controller controller :
                EnumSet.of(Controller.CPU, Controller.MEMORY, Controller.PIDS, Controller.CPUSET, Controller.IO)) {
            assertThat(cgroups.has(controller)).as(controller.toString()).isTrue();
        }
        assertThat(kernel.text(Path.of("/sys/fs/cgroup/polder-n1/cgroup.subtree_control")))
                .contains("memory", "cpu", "pids", "io");
        assertThat(kernel.text(Path.of("/sys/fs/cgroup/polder-n1/cgroup.max.depth")))
                .isEqualTo("16\n");
        assertThat(row(cgroups, "devices").available()).isFalse();
        assertThat(row(cgroups, "devices").detail()).contains("eBPF");
        assertThat(row(cgroups, "net_cls").detail()).contains("version 2 has no such");
        assertThat(row(cgroups, "hugetlb").detail()).contains("not among the controllers");
        assertThat(row(cgroups, "swap").detail()).contains("memory.swap.max");
    }

    @Test
    void shouldLeaveThisProcessWhereItIsUnlessToldToMove() throws IOException {
        FakeKernel kernel = FakeHosts.v2("/service");

        Cgroups staying = FakeHosts.discover(kernel);

        assertThat(staying.has(Controller.MEMORY)).isFalse();
        assertThat(staying.has(Controller.FREEZER)).isTrue();
        assertThat(row(staying, "memory").detail()).contains("Device or resource busy", "Processes are in that group");
        assertThat(kernel.text(Path.of("/sys/fs/cgroup/service/cgroup.procs"))).isEqualTo(FakeKernel.OWN + "\n");

        Cgroups moved = FakeHosts.discover(kernel, CgroupSettings.of("n1").withMoveOwnProcess());

        assertThat(moved.has(Controller.MEMORY)).isTrue();
        assertThat(kernel.text(Path.of("/sys/fs/cgroup/service/cgroup.procs"))).isEmpty();
        assertThat(kernel.text(Path.of("/sys/fs/cgroup/service/polder-n1/node/cgroup.procs")))
                .isEqualTo(FakeKernel.OWN + "\n");
        assertThat(moved.containers()).isEmpty();
    }

    @Test
    void shouldFindItsRootAgainAfterItHasMoved() throws IOException {
        for (String own : List.of("/service", "")) {
            FakeKernel kernel = FakeHosts.v2(own + "/polder-n1/node");

            Cgroups cgroups = FakeHosts.discover(kernel);

            assertThat(joinFiles(cgroups))
                    .containsExactly("/sys/fs/cgroup" + own + "/polder-n1/" + ID + "/cgroup.procs");
            assertThat(cgroups.has(Controller.MEMORY)).isTrue();
        }
    }

    @Test
    void shouldUseOnlyWhatIsWritable() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        kernel.notWritable.add(Path.of("/sys/fs/cgroup/memory/own"));
        kernel.notWritable.add(FakeHosts.UNIFIED);

        Cgroups cgroups = FakeHosts.discover(kernel);

        assertThat(row(cgroups, "memory").detail()).isEqualTo("/sys/fs/cgroup/memory/own is not writable");
        assertThat(row(cgroups, "freezer").detail()).startsWith("v1 in ");
        assertThat(cgroups.has(Controller.CPU)).isTrue();
        assertThatThrownBy(() -> cgroups.create(ID, GroupLimits.none().withMemory(MemoryLimits.hard(1 << 26))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limits of memory, which is not available: /sys/fs/cgroup/memory/own is not writable");
    }

    @Test
    void shouldUseARootThatWasMadeForIt() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        kernel.makeGroup(Path.of("/sys/fs/cgroup/pids/polder-n1"));
        kernel.notWritable.add(Path.of("/sys/fs/cgroup/pids"));

        assertThat(FakeHosts.discover(kernel).has(Controller.PIDS)).isTrue();
    }

    @Test
    void shouldNotUseVersion2WhereNobodyCouldJoin() throws IOException {
        FakeKernel kernel = FakeHosts.v2("/user");
        kernel.notWritable.add(Path.of("/sys/fs/cgroup/user/cgroup.procs"));

        Cgroups cgroups = FakeHosts.discover(kernel);

        assertThat(cgroups.has(Controller.FREEZER)).isFalse();
        assertThat(row(cgroups, "freezer").detail()).contains("cgroup.procs is not writable");
        assertThat(row(cgroups, "kill"))
                .isEqualTo(new Ability("kill", false, "there is no hierarchy to list processes by"));
        assertThat(joinFiles(cgroups)).isEmpty();
    }

    @Test
    void shouldFindMountsWithBlanksInTheirNames() throws IOException {
        FakeKernel kernel = new FakeKernel()
                .mount("/a\\040b\\134c", "/", "cgroup", "rw,pids")
                .member("3:pids:/x y")
                .tree("/a b\\c", false, "pids", "/x y");

        assertThat(joinFiles(FakeHosts.discover(kernel)))
                .containsExactly("/a b\\c/x y/polder-n1/" + ID + "/cgroup.procs");
    }

    @Test
    void shouldFindItsGroupInAMountOfAPartOfTheHierarchy() throws IOException {
        FakeKernel kernel = new FakeKernel()
                .mount("/elsewhere", "/docker/other", "cgroup", "rw,pids")
                .mount("/sys/fs/cgroup/pids", "/docker/id", "cgroup", "rw,pids")
                .member("3:pids:/docker/id/inner")
                .tree("/sys/fs/cgroup/pids", false, "pids", "/inner");

        assertThat(joinFiles(FakeHosts.discover(kernel)))
                .containsExactly("/sys/fs/cgroup/pids/inner/polder-n1/" + ID + "/cgroup.procs");
    }

    @Test
    void shouldTellAGroupFromOneWhoseNameIsTheBeginOfIts() throws IOException {
        FakeKernel kernel = new FakeKernel()
                .mount("/sys/fs/cgroup/pids", "/docker/id", "cgroup", "rw,pids")
                .member("3:pids:/docker/id2")
                .tree("/sys/fs/cgroup/pids", false, "pids", "/");

        assertThat(row(FakeHosts.discover(kernel), "pids").detail())
                .isEqualTo("our own group /docker/id2 is not seen at /sys/fs/cgroup/pids,"
                        + " where the group /docker/id is mounted");
    }

    @Test
    void shouldNotGoUpOutOfAMount() throws IOException {
        FakeKernel below = new FakeKernel()
                .mount("/sys/fs/cgroup/pids", "/", "cgroup", "rw,pids")
                .member("3:pids:/../../outside")
                .tree("/sys/fs/cgroup/pids", false, "pids", "/");
        FakeKernel above = new FakeKernel()
                .mount("/sys/fs/cgroup/pids", "/../..", "cgroup", "rw,pids")
                .member("3:pids:/")
                .tree("/sys/fs/cgroup/pids", false, "pids", "/");

        assertThat(row(FakeHosts.discover(below), "pids").detail()).contains("is not seen");
        assertThat(row(FakeHosts.discover(above), "pids").detail()).contains("is not seen");
    }

    @Test
    void shouldFindItsGroupFromOutsideOfItsCgroupNamespace() throws IOException {
        FakeKernel kernel = new FakeKernel()
                .mount("/sys/fs/cgroup/pids", "/../..", "cgroup", "rw,pids")
                .member("3:pids:/../../docker/id")
                .tree("/sys/fs/cgroup/pids", false, "pids", "/docker/id");

        assertThat(joinFiles(FakeHosts.discover(kernel)))
                .containsExactly("/sys/fs/cgroup/pids/docker/id/polder-n1/" + ID + "/cgroup.procs");
    }

    @Test
    void shouldSayThatItsOwnGroupWasRemoved() throws IOException {
        FakeKernel kernel = new FakeKernel()
                .mount("/sys/fs/cgroup/pids", "/", "cgroup", "rw,pids")
                .member("3:pids:/gone (deleted)")
                .tree("/sys/fs/cgroup/pids", false, "pids", "/");

        assertThat(row(FakeHosts.discover(kernel), "pids").detail()).contains("was removed");
    }

    @Test
    void shouldNotTakeADirectoryForAGroup() throws IOException {
        FakeKernel kernel =
                new FakeKernel().mount("/hidden", "/", "cgroup", "rw,pids").member("3:pids:/");

        assertThat(row(FakeHosts.discover(kernel), "pids").detail()).isEqualTo("/hidden is no control group");
    }

    @Test
    void shouldWorkWhereThereAreNoControlGroups() throws IOException {
        Cgroups empty = FakeHosts.discover(new FakeKernel());
        Cgroups without = Cgroups.discover(
                CgroupSettings.of("n1").withProc(Path.of("/no-such-proc")), new FakeKernel(), pid -> null);

        assertThat(empty.abilities()).noneMatch(Ability::available);
        assertThat(without.abilities()).noneMatch(Ability::available);
        assertThat(row(without, "cpu").detail()).contains("/no-such-proc/self/mountinfo");
        assertThat(empty.containers()).isEmpty();
        ContainerGroup group = empty.create(ID, GroupLimits.none());
        assertThat(group.joinFiles()).isEmpty();
        assertThat(group.kill(Duration.ZERO)).isZero();
        assertThat(group.destroy(Duration.ZERO)).isEmpty();
    }

    @Test
    void shouldCopyTheCpusDownForAllContainers() throws IOException {
        FakeKernel kernel = FakeHosts.v1();

        FakeHosts.discover(kernel).create(ID, GroupLimits.none());

        assertThat(kernel.text(Path.of("/sys/fs/cgroup/cpuset/polder-n1/" + ID + "/cpuset.cpus")))
                .isEqualTo("0-3\n");
        assertThat(kernel.text(Path.of("/sys/fs/cgroup/cpuset/polder-n1/" + ID + "/cpuset.mems")))
                .isEqualTo("0\n");
    }

    @Test
    void shouldCopyTheCpusDownAlsoWhereNobodyAskedForThem() throws IOException {
        FakeKernel kernel = new FakeKernel().v1("/sys/fs/cgroup/both", "cpuset,cpu", "/");

        FakeHosts.discover(kernel, CgroupSettings.of("n1").withWanted(Set.of(Controller.CPU)))
                .create(ID, GroupLimits.none());

        assertThat(kernel.text(Path.of("/sys/fs/cgroup/both/polder-n1/" + ID + "/cpuset.cpus")))
                .isEqualTo("0-3\n");
    }

    @Test
    void shouldCountNestedGroupsTogetherOnOldKernels() throws IOException {
        FakeKernel kernel = FakeHosts.v1();
        Path root = Path.of("/sys/fs/cgroup/memory/own/polder-n1");
        kernel.makeGroup(root);
        kernel.put(root, "memory.use_hierarchy", "0\n");

        FakeHosts.discover(kernel);

        assertThat(kernel.text(root.resolve("memory.use_hierarchy"))).isEqualTo("1\n");
    }

    @Test
    void shouldListContainersOfAnyHierarchyAndNobodyElse() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        Cgroups cgroups = FakeHosts.discover(kernel);
        ContainerId other = new ContainerId(new UUID(0, 11));
        cgroups.create(ID, GroupLimits.none());
        kernel.makeGroup(Path.of("/sys/fs/cgroup/pids/polder-n1/" + other));
        kernel.makeGroup(Path.of("/sys/fs/cgroup/pids/polder-n1/node"));
        kernel.makeGroup(Path.of("/sys/fs/cgroup/pids/polder-n1/1-1-1-1-1"));

        assertThat(cgroups.containers()).containsExactlyInAnyOrder(ID, other);
        assertThat(cgroups.group(other).exists()).isTrue();
        assertThat(cgroups.group(new ContainerId(new UUID(0, 12))).exists()).isFalse();
    }

    @Test
    void shouldRemoveRootsThatAreEmpty() throws IOException {
        FakeKernel kernel = FakeHosts.hybrid();
        Set<Path> before = kernel.groups();
        Cgroups cgroups = FakeHosts.discover(kernel);
        ContainerGroup group = cgroups.create(ID, GroupLimits.none());

        assertThat(cgroups.removeRoots()).hasSize(group.joinFiles().size());
        group.destroy(Duration.ofSeconds(1));
        assertThat(cgroups.removeRoots()).isEmpty();

        assertThat(kernel.groups()).isEqualTo(before);
    }

    @Test
    void shouldRefuseNamesThatLeadElsewhere() {
        for (String name : List.of("", "../x", "a/b", ".", "-x", "a b", "a\n", "n".repeat(65))) {
            assertThatThrownBy(() -> CgroupSettings.of(name))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name");
        }
    }
}
