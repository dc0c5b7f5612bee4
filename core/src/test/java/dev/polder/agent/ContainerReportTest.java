package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerUsage;
import dev.polder.isolation.ContainerUsage.BlockDevice;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.wire.proto.Mesos.CgroupInfo.Blkio;
import dev.polder.wire.proto.Mesos.ResourceStatistics;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ContainerReportTest {
    private static RunningContainer container() {
        return new RunningContainer(
                new TaskKey(new FrameworkId(AgentFixture.FRAMEWORK), new TaskId("t1")),
                AgentFixture.task("t1", "true").build(),
                "c1",
                OptionalInt.empty(),
                List.of());
    }

    private static ResourceStatistics statistics(List<BlockDevice> devices) {
        ContainerUsage usage = new ContainerUsage(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                devices);
        return ContainerReport.of(container(), usage, 0).statistics();
    }

    @Test
    void shouldTellWhatWasDoneWithBlockDevicesAsMesosDoes() {
        Blkio.Statistics found =
                statistics(List.of(new BlockDevice(254, 16, 1, 2, 3, 4))).getBlkioStatistics();

        assertThat(found.getThrottlingList()).singleElement().satisfies(device -> {
            assertThat(device.getDevice().getMajorNumber()).isEqualTo(254);
            assertThat(device.getDevice().getMinorNumber()).isEqualTo(16);
            assertThat(device.getIoServiceBytesList())
                    .containsExactly(value(Blkio.Operation.READ, 1), value(Blkio.Operation.WRITE, 2));
            assertThat(device.getIoServicedList())
                    .containsExactly(value(Blkio.Operation.READ, 3), value(Blkio.Operation.WRITE, 4));
        });
        assertThat(statistics(List.of()).hasBlkioStatistics()).isFalse();
    }

    private static Blkio.Value value(Blkio.Operation operation, long number) {
        return Blkio.Value.newBuilder().setOp(operation).setValue(number).build();
    }
}
