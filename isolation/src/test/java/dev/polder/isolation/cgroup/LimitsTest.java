package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.DeviceRule;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each limit is to either version. */
class LimitsTest {
    private static List<String> v1(GroupLimits limits, boolean fresh) {
        return texts(Stream.of(Controller.values())
                .flatMap(controller -> V1Limits.settings(controller, limits, fresh).stream()));
    }

    private static List<String> v2(GroupLimits limits, boolean fresh) {
        return texts(Stream.of(Controller.values())
                .flatMap(controller -> V2Limits.settings(controller, limits, fresh).stream()));
    }

    private static List<String> texts(Stream<Setting> settings) {
        return settings.map(setting -> setting.file() + "=" + setting.value()).toList();
    }

    private static GroupLimits all() {
        return GroupLimits.none()
                .withCpu(new CpuLimits(1500, 2500L, false))
                .withMemory(new MemoryLimits(200L << 20, 100L << 20, 50L << 20))
                .withPidsMax(77)
                .withCpuset(new CpusetLimits("0-1,3", "0"))
                .withIo(List.of(new IoThrottle(254, 1, 1L << 20, null, null, 99L)))
                .withHugePages(List.of(new HugePageLimit("2MB", 4L << 20)));
    }

    @Test
    void shouldBeWrittenAsVersion1TakesThem() {
        GroupLimits limits =
                all().withDevices(List.of(DeviceRule.character(1, 3))).withNetClass(0xffff0002);

        assertThat(v1(limits, true))
                .containsExactly(
                        "cpu.shares=1536",
                        "cpu.cfs_quota_us=250000",
                        "memory.soft_limit_in_bytes=104857600",
                        "memory.limit_in_bytes=209715200",
                        "memory.memsw.limit_in_bytes=262144000",
                        "pids.max=77",
                        "cpuset.cpus=0-1,3",
                        "cpuset.mems=0",
                        "devices.deny=a",
                        "devices.allow=c 1:3 rwm",
                        "blkio.throttle.read_bps_device=254:1 1048576",
                        "blkio.throttle.write_iops_device=254:1 99",
                        "hugetlb.2MB.limit_in_bytes=4194304",
                        "net_cls.classid=4294901762");
    }

    @Test
    void shouldBeWrittenAsVersion2TakesThem() {
        assertThat(v2(all(), true))
                .containsExactly(
                        "cpu.weight=150",
                        "cpu.max=250000 100000",
                        "memory.low=104857600",
                        "memory.max=209715200",
                        "memory.swap.max=52428800",
                        "pids.max=77",
                        "cpuset.cpus=0-1,3",
                        "cpuset.mems=0",
                        "io.max=254:1 rbps=1048576 wbps=max riops=max wiops=99",
                        "hugetlb.2MB.max=4194304");
    }

    @Test
    void shouldWriteNothingThatANewGroupHasAnyway() {
        GroupLimits open =
                GroupLimits.none().withCpu(CpuLimits.share(1000)).withMemory(new MemoryLimits(null, null, null));

        assertThat(v1(open, true)).containsExactly("cpu.shares=1024");
        assertThat(v2(open, true)).containsExactly("cpu.weight=100");
        assertThat(v1(GroupLimits.none(), true)).isEmpty();
        assertThat(v2(GroupLimits.none(), false)).isEmpty();
    }

    @Test
    void shouldTakeLimitsAwayInAnUpdate() {
        GroupLimits open = GroupLimits.none()
                .withCpu(CpuLimits.share(1000))
                .withIo(List.of(new IoThrottle(8, 0, null, null, null, null)));

        assertThat(v1(open, false))
                .containsExactly(
                        "cpu.shares=1024",
                        "cpu.cfs_quota_us=-1",
                        "blkio.throttle.read_bps_device=8:0 0",
                        "blkio.throttle.write_bps_device=8:0 0",
                        "blkio.throttle.read_iops_device=8:0 0",
                        "blkio.throttle.write_iops_device=8:0 0");
        assertThat(v2(open, false))
                .containsExactly(
                        "cpu.weight=100", "cpu.max=max 100000", "io.max=8:0 rbps=max wbps=max riops=max wiops=max");
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, 2, 1",
        "1, false, 2, 1",
        "100, false, 102, 10",
        "1000, false, 1024, 100",
        "4000, true, 40, 4",
        "1, true, 2, 1",
        "500000, false, 262144, 10000",
        "100000000, false, 262144, 10000",
    })
    void shouldShareInProportion(long millis, boolean revocable, long shares, long weight) {
        CpuLimits cpu = new CpuLimits(millis, null, revocable);

        assertThat(cpu.shares()).isEqualTo(shares);
        assertThat(cpu.weight()).isEqualTo(weight);
    }

    @ParameterizedTest
    @CsvSource({"1, 1000", "9, 1000", "10, 1000", "11, 1100", "1000, 100000", "2500, 250000"})
    void shouldLimitToAtLeastAMillisecondOfEachPeriod(long millis, long quotaMicros) {
        assertThat(new CpuLimits(0, millis, false).quotaMicros()).isEqualTo(quotaMicros);
    }

    @Test
    void shouldAllowTheUsualDevices() {
        assertThat(DeviceRule.USUAL.stream().map(DeviceRule::toString))
                .containsExactly(
                        "c *:* m",
                        "b *:* m",
                        "c 1:3 rwm",
                        "c 1:5 rwm",
                        "c 1:7 rwm",
                        "c 1:8 rwm",
                        "c 1:9 rwm",
                        "c 4:0 rwm",
                        "c 4:1 rwm",
                        "c 5:0 rwm",
                        "c 5:1 rwm",
                        "c 5:2 rwm",
                        "c 136:* rwm",
                        "c 10:200 rwm");
        assertThat(new DeviceRule(DeviceRule.Kind.BLOCK, 8, 1, "rw").toString()).isEqualTo("b 8:1 rw");
    }

    @Test
    void shouldNameWhatIsWrong() {
        refused("requestMillis -1 is not between 0 and 100000000", () -> CpuLimits.share(-1));
        refused("requestMillis 100000001 is not", () -> CpuLimits.share(100_000_001));
        refused("limitMillis 0 is not between 1", () -> new CpuLimits(0, 0L, false));
        refused("hardBytes -1 is not between 0", () -> MemoryLimits.hard(-1));
        refused("softBytes 9223372036854775807 is not", () -> new MemoryLimits(null, Long.MAX_VALUE, null));
        refused("swapBytes 5 is given without hardBytes", () -> new MemoryLimits(null, null, 5L));
        refused("pidsMax 0 is not between 1", () -> GroupLimits.none().withPidsMax(0));
        refused("cpus '0-' is no list", () -> new CpusetLimits("0-", null));
        refused("cpus '' is no list", () -> new CpusetLimits("", null));
        refused("memoryNodes '0\n1' is no list", () -> new CpusetLimits(null, "0\n1"));
        refused("cpus is too long: 4097 > lengthMax=4096", () -> new CpusetLimits("1".repeat(4097), null));
        refused("access '' is not of r, w and m", () -> new DeviceRule(DeviceRule.Kind.BLOCK, 1, 1, ""));
        refused("access 'mr' is not of r, w and m", () -> new DeviceRule(DeviceRule.Kind.BLOCK, 1, 1, "mr"));
        refused("major -1 is not between 0", () -> new DeviceRule(DeviceRule.Kind.BLOCK, -1, 1, "r"));
        refused("minor 1048576 is not between", () -> new IoThrottle(1, 1 << 20, null, null, null, null));
        refused("readBytes 0 is not between 1", () -> new IoThrottle(1, 1, 0L, null, null, null));
        refused("writeOperations 4294967295 is not", () -> new IoThrottle(1, 1, null, null, null, 0xffff_ffffL));
        refused("pageSize '../x' is not like 2MB", () -> new HugePageLimit("../x", 1));
        refused("bytes -1 is not between", () -> new HugePageLimit("2MB", -1));
        refused(
                "too many devices: 1001 > listMax=1000",
                () -> GroupLimits.none().withDevices(Collections.nCopies(1001, DeviceRule.character(1, 3))));
    }

    private static void refused(String words, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}
