package dev.polder.master;

import static dev.polder.master.MasterFixture.cpus;
import static dev.polder.master.MasterFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.master.MasterFixture.Agent;
import dev.polder.master.MasterFixture.Framework;
import dev.polder.model.TaskState;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import org.junit.jupiter.api.Test;

/**
 * What docs/conformance/mesos.md says is not there yet, beyond the requests that are replayed. Who builds one of these
 * takes out its row with its test.
 */
class KnownDifferencesTest {
    @Test
    void shouldRememberUnreachableTasksWithoutABound() {
        MasterFixture small = new MasterFixture(new MasterConfig(120_000, 1_000, 75_000, 60_000, 1, 1, 15_000));
        Framework framework = small.subscribe(Capability.Type.PARTITION_AWARE);
        Agent agent = small.register("a");
        framework.accept(
                framework.link.offer(),
                task("t1", agent.id, cpus(1_000)).build(),
                task("t2", agent.id, cpus(1_000)).build());

        agent.close();
        small.advance(small.config.agentTimeoutMs());

        assertThat(small.task(framework, "t1").state()).isEqualTo(TaskState.TASK_UNREACHABLE);
        assertThat(small.task(framework, "t2").state()).isEqualTo(TaskState.TASK_UNREACHABLE);
    }
}
