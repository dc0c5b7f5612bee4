package dev.polder.agent;

import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.PortRanges;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.Value;
import org.junit.jupiter.api.Test;

class TaskLimitsTest {
    private static TaskInfo withPorts(long begin, long end) {
        return task("t1", "true")
                .addResources(Resource.newBuilder()
                        .setName("ports")
                        .setType(Value.Type.RANGES)
                        .setRanges(Value.Ranges.newBuilder()
                                .addRange(
                                        Value.Range.newBuilder().setBegin(begin).setEnd(end))))
                .build();
    }

    private static TaskInfo withGpus(double... gpus) {
        TaskInfo.Builder task = task("t1", "true").clearResources();
        for (double each : gpus) {
            task.addResources(Resource.newBuilder()
                    .setName("gpus")
                    .setType(Value.Type.SCALAR)
                    .setScalar(Value.Scalar.newBuilder().setValue(each)));
        }
        return task.build();
    }

    @Test
    void shouldHaveThePortsOfItsResources() {
        assertThat(TaskLimits.of(withPorts(31000, 31001)).ports()).isEqualTo(PortRanges.parse("[31000-31001]"));
        assertThat(TaskLimits.of(task("t1", "true").build()).ports()).isEqualTo(PortRanges.NONE);
        assertThatThrownBy(() -> TaskLimits.of(withPorts(65535, 1L << 33)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must rise and lie within 0 to 65535");
    }

    @Test
    void shouldHaveWholeGraphicsProcessors() {
        assertThat(TaskLimits.of(withGpus()).gpus()).isZero();
        assertThat(TaskLimits.of(withGpus(1, 2)).gpus()).isEqualTo(3);
        assertThatThrownBy(() -> TaskLimits.of(withGpus(0.5)))
                .hasMessage("The 'gpus' resource must be an unsigned integer");
    }
}
