package dev.polder.master;

import static dev.polder.master.MasterFixture.cpus;
import static dev.polder.master.MasterFixture.task;
import static dev.polder.master.MasterFixture.taskId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.master.MasterFixture.Agent;
import dev.polder.master.MasterFixture.Framework;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Mesos master was recorded to answer, in the words of either kind of framework. */
class ReconciliationTest {
    private static final String LATEST = "Reconciliation: Latest task state";
    private static final String UNKNOWN = "Reconciliation: Task is unknown";
    private static final String UNKNOWN_TO_AGENT = "Reconciliation: Task is unknown to the agent";

    private final MasterFixture fixture = new MasterFixture();
    private final List<Call.Reconcile.Task> asked = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTellTheLatestStateOfKnownTasks(boolean aware) {
        Framework framework = framework(aware);
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("run", agent.id, cpus(1_000)).build());
        agent.update(framework, "run", TaskState.TASK_RUNNING);

        assertThat(reconcile(framework)).as("all").containsExactly("run TASK_RUNNING " + LATEST);
        ask("run", agent.id.getValue());
        ask("run", null);
        ask("run", "zz");
        assertThat(reconcile(framework))
                .containsOnly("run TASK_RUNNING " + LATEST)
                .hasSize(3);
    }

    @Test
    void shouldTellNothingOfOtherTasksWhenAskedForAll() {
        Framework framework = framework(true);

        assertThat(reconcile(framework)).isEmpty();
        assertThat(fixture.turn.needsEntry())
                .as("a deposed leader answers nothing")
                .isTrue();
    }

    @Test
    void shouldTellWhatAnUnknownTaskIsDependingOnItsAgent() {
        Framework framework = framework(true);
        Agent agent = fixture.register("a");
        ask("u1", agent.id.getValue());
        ask("u2", "zz");
        ask("u3", null);

        assertThat(reconcile(framework))
                .containsExactly(
                        "u1 TASK_GONE " + UNKNOWN_TO_AGENT, "u2 TASK_UNKNOWN " + UNKNOWN, "u3 TASK_UNKNOWN " + UNKNOWN);
    }

    @Test
    void shouldSayLostToAFrameworkThatKnowsNoOtherWord() {
        Framework framework = framework(false);
        Agent agent = fixture.register("a");
        ask("u1", agent.id.getValue());
        ask("u2", "zz");
        ask("u3", null);

        assertThat(reconcile(framework))
                .containsExactly(
                        "u1 TASK_LOST " + UNKNOWN_TO_AGENT, "u2 TASK_LOST " + UNKNOWN, "u3 TASK_LOST " + UNKNOWN);
    }

    @Test
    void shouldTellThatATaskIsUnreachableWhenAskedForIt() {
        Framework framework = framework(true);
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.close();
        fixture.advance(fixture.config.agentTimeoutMs());

        assertThat(reconcile(framework)).as("as Mesos: not when asked for all").isEmpty();
        ask("t", null);
        ask("other", agent.id.getValue());
        assertThat(reconcile(framework))
                .containsExactly(
                        "t TASK_UNREACHABLE " + LATEST, "other TASK_UNREACHABLE Reconciliation: Task is unreachable");
        assertThat(framework.link.updates()).allMatch(TaskStatus::hasUnreachableTime);
    }

    @Test
    void shouldTellOfATaskBeforeItsAgentIsBackAtANewLeader() {
        Framework framework = framework(true);
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.update(framework, "t", TaskState.TASK_RUNNING);

        fixture.changeLeader();
        Framework back = fixture.resubscribe(framework, MasterFixture.info(Capability.Type.PARTITION_AWARE));

        assertThat(reconcile(back)).containsExactly("t TASK_RUNNING " + LATEST);
    }

    @Test
    void shouldAnswerAKillOfAnUnknownTask() {
        Framework framework = framework(true);
        framework.link.take();

        framework.kill("nope");

        TaskStatus status = framework.link.update();
        assertThat(status.getState()).isEqualTo(TaskState.TASK_UNKNOWN);
        assertThat(status.getReason()).isEqualTo(TaskStatus.Reason.REASON_RECONCILIATION);
        assertThat(status.getSource()).isEqualTo(TaskStatus.Source.SOURCE_MASTER);
        assertThat(status.hasUuid()).isFalse();
        assertThat(status.hasAgentId()).isFalse();
        assertThat(fixture.turn.needsEntry()).isTrue();
    }

    private Framework framework(boolean aware) {
        return aware ? fixture.subscribe(Capability.Type.PARTITION_AWARE) : fixture.subscribe();
    }

    private void ask(String task, @Nullable String agent) {
        Call.Reconcile.Task.Builder one = Call.Reconcile.Task.newBuilder().setTaskId(taskId(task));
        if (agent != null) {
            one.setAgentId(Mesos.AgentID.newBuilder().setValue(agent));
        }
        asked.add(one.build());
    }

    private List<String> reconcile(Framework framework) {
        framework.link.take();
        TestLink.Reply reply = framework.call(Call.newBuilder()
                .setType(Call.Type.RECONCILE)
                .setReconcile(Call.Reconcile.newBuilder().addAllTasks(asked)));
        asked.clear();
        assertThat(reply.status).isEqualTo(202);
        return framework.link.updates().stream()
                .map(status -> status.getTaskId().getValue() + " " + status.getState() + " " + status.getMessage())
                .toList();
    }
}
