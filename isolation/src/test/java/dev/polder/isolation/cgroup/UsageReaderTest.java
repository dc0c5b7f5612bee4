package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.cgroup.CgroupUsage.CpuTime;
import dev.polder.isolation.cgroup.CgroupUsage.Io;
import dev.polder.isolation.cgroup.CgroupUsage.Memory;
import dev.polder.isolation.cgroup.CgroupUsage.Pids;
import dev.polder.isolation.cgroup.CgroupUsage.Throttling;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UsageReaderTest {
    private static final ContainerId ID = new ContainerId(new UUID(0, 10));
    private static final long UNLIMITED = CgroupUsage.UNLIMITED;

    private FakeKernel kernel;
    private ContainerGroup group;

    private void put(Controller controller, String file, String text) {
        kernel.put(group.directory(controller), file, text);
    }

    private CgroupUsage read() throws IOException {
        return FakeHosts.discover(kernel).usageReader().read(group);
    }

    @Test
    void shouldReadVersion1() throws IOException {
        kernel = FakeHosts.v1();
        group = FakeHosts.discover(kernel).create(ID, GroupLimits.none());
        put(Controller.CPUACCT, "cpuacct.stat", "user 12\nsystem 34\n");
        put(Controller.CPUACCT, "cpuacct.usage", "471234567\n");
        put(Controller.CPU, "cpu.stat", "nr_periods 31\nnr_throttled 30\nthrottled_time 5000\nnr_bursts 0\n");
        put(Controller.CPU, "cpu.cfs_quota_us", "250000\n");
        put(Controller.MEMORY, "memory.stat", """
                cache 1
                rss 2
                total_cache 300
                total_rss 400
                total_rss_huge 9
                total_mapped_file 50
                total_swap 60
                total_unevictable 70
                hierarchical_memory_limit 9223372036854771712
                """);
        put(Controller.MEMORY, "memory.usage_in_bytes", "800\n");
        put(Controller.MEMORY, "memory.soft_limit_in_bytes", "900\n");
        put(Controller.MEMORY, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        put(Controller.PIDS, "pids.current", "4\n");
        put(
                Controller.IO,
                "blkio.throttle.io_service_bytes_recursive",
                "254:0 Read 4096\n254:0 Write 8192\n254:0 Sync 1\n254:0 Total 12288\n8:16 Read 1\n8:16 Write 2\nTotal 9\n");
        put(
                Controller.IO,
                "blkio.throttle.io_serviced_recursive",
                "254:0 Read 1\n254:0 Write 2\n254:0 Total 3\n8:16 Read 5\n8:16 Write 6\nTotal 14\n");
        put(Controller.FREEZER, "freezer.state", "FROZEN\n");

        CgroupUsage usage = read();

        assertThat(usage.cpuTime()).isEqualTo(new CpuTime(120_000_000, 340_000_000, 471_234_567));
        assertThat(usage.throttling()).isEqualTo(new Throttling(2500, 31, 30, 5000));
        assertThat(usage.memory()).isEqualTo(new Memory(800, 400, 300, 50, 60, 70, UNLIMITED, 900, 3));
        assertThat(usage.pids()).isEqualTo(new Pids(4, UNLIMITED));
        assertThat(usage.io()).containsExactly(new Io(254, 0, 4096, 8192, 1, 2), new Io(8, 16, 1, 2, 5, 6));
        assertThat(usage.frozen()).isTrue();
    }

    @Test
    void shouldReadVersion2() throws IOException {
        kernel = FakeHosts.v2("/");
        group = FakeHosts.discover(kernel).create(ID, GroupLimits.none());
        put(Controller.CPU, "cpu.stat", """
                usage_usec 46
                user_usec 12
                system_usec 34
                nice_usec 0
                nr_periods 9
                nr_throttled 8
                throttled_usec 7
                nr_bursts 0
                burst_usec 0
                """);
        put(Controller.CPU, "cpu.max", "50000 100000\n");
        put(
                Controller.MEMORY,
                "memory.stat",
                "anon 400\nfile 300\nkernel 1\nfile_mapped 50\nfile_dirty 3\nunevictable 70\nanon_thp 5\n");
        put(Controller.MEMORY, "memory.current", "800\n");
        put(Controller.MEMORY, "memory.max", "1000\n");
        put(Controller.MEMORY, "memory.low", "500\n");
        put(Controller.MEMORY, "memory.swap.current", "60\n");
        put(Controller.MEMORY, "memory.events", "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n");
        put(Controller.PIDS, "pids.current", "4\n");
        put(Controller.PIDS, "pids.max", "10\n");
        put(Controller.IO, "io.stat", "254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n8:16 \n");

        CgroupUsage usage = read();

        assertThat(usage.cpuTime()).isEqualTo(new CpuTime(12_000, 34_000, 46_000));
        assertThat(usage.throttling()).isEqualTo(new Throttling(500, 9, 8, 7_000));
        assertThat(usage.memory()).isEqualTo(new Memory(800, 400, 300, 50, 60, 70, 1000, 500, 5));
        assertThat(usage.pids()).isEqualTo(new Pids(4, 10));
        assertThat(usage.io()).containsExactly(new Io(254, 0, 4096, 8192, 1, 2), new Io(8, 16, 0, 0, 0, 0));
        assertThat(usage.frozen()).isFalse();
    }

    @Test
    void shouldReadOldKernels() throws IOException {
        kernel = FakeHosts.v1();
        group = FakeHosts.discover(kernel).create(ID, GroupLimits.none());
        Path io = group.directory(Controller.IO);
        kernel.remove(io.resolve("blkio.throttle.io_service_bytes_recursive"));
        kernel.remove(io.resolve("blkio.throttle.io_serviced_recursive"));
        put(Controller.IO, "blkio.throttle.io_service_bytes", "254:0 Read 7\nTotal 7\n");
        put(Controller.IO, "blkio.throttle.io_serviced", "254:0 Read 1\nTotal 1\n");

        assertThat(read().io()).containsExactly(new Io(254, 0, 7, 0, 1, 0));
    }

    @Test
    void shouldReadOnlyWhatIsInUse() throws IOException {
        kernel = new FakeKernel().v1("/sys/fs/cgroup/pids", "pids", "/");
        group = FakeHosts.discover(kernel).create(ID, GroupLimits.none());

        CgroupUsage usage = read();

        assertThat(usage.pids()).isEqualTo(new Pids(0, UNLIMITED));
        assertThat(usage.cpuTime()).isNull();
        assertThat(usage.throttling()).isNull();
        assertThat(usage.memory()).isNull();
        assertThat(usage.io()).isEmpty();
    }

    @Test
    void shouldFailForAGroupThatIsGone() throws IOException {
        for (FakeKernel any : java.util.List.of(FakeHosts.v1(), FakeHosts.hybrid(), FakeHosts.v2("/"))) {
            Cgroups cgroups = FakeHosts.discover(any);
            ContainerGroup gone = cgroups.create(ID, GroupLimits.none());
            gone.destroy(Duration.ofSeconds(1));

            assertThatThrownBy(() -> cgroups.usageReader().read(gone)).isInstanceOf(IOException.class);
            assertThatThrownBy(gone::oomKills).isInstanceOf(IOException.class);
            assertThatThrownBy(gone::thaw).isInstanceOf(IOException.class);
            assertThat(gone.processes()).isEmpty();
            assertThat(gone.kill(Duration.ZERO)).isZero();
        }
    }
}
