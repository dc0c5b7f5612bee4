package dev.polder.agent;

import static dev.polder.agent.AgentFixture.framework;
import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.Mesos.DurationInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AgentRecoveryTest {
    private static final String NEVER_STARTED =
            "'The command was never started: cancelled' SOURCE_AGENT" + " REASON_AGENT_RESTARTED";

    private final AgentFixture fixture = AgentFixture.registered();

    @Test
    void shouldReportTheExitOfATaskThatRanOn() {
        ContainerId id = fixture.running(task("t1", "sleep 1").build());
        fixture.restart(Set.of(id));
        fixture.register();

        fixture.decide(new AgentCommand.Exited(id, new Exited(7)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Command exited with status 7' SOURCE_EXECUTOR [CS]");
        assertThat(only(AgentEffect.Forget.class, fixture.effects)).containsExactly(new AgentEffect.Forget(id));
    }

    @Test
    void shouldReportTheStartThatWasMissed() {
        ContainerId id = fixture.launched(task("t1", "sleep 1").build());
        fixture.restart(Set.of(id));

        fixture.decide(new AgentCommand.Started(id, 99));

        fixture.register();
        List<TaskStatus> statuses = fixture.acknowledgeAll();
        assertThat(lines(statuses))
                .containsExactly("TASK_STARTING SOURCE_EXECUTOR [CS]", "TASK_RUNNING SOURCE_EXECUTOR [CS]");
        assertThat(statuses.get(1).getContainerStatus().getExecutorPid()).isEqualTo(99);
    }

    @Test
    void shouldReportStartAndExitThatWereBothMissed() {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.restart(Set.of(id));
        fixture.register();

        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        "TASK_STARTING SOURCE_EXECUTOR [CS-nopid]",
                        "TASK_RUNNING SOURCE_EXECUTOR [CS-nopid]",
                        "TASK_FINISHED 'Command exited with status 0' SOURCE_EXECUTOR [CS-nopid]");
    }

    @Test
    void shouldTakeATaskForRunningOfWhichTheLauncherSaysNothing() {
        ContainerId id = fixture.launched(task("t1", "sleep 1000").build());
        fixture.restart(Set.of(id));
        fixture.register();
        fixture.advance(14_000);
        fixture.ping();
        fixture.advance(14_000);
        fixture.ping();
        assertThat(fixture.sentUpdates()).isEmpty();

        fixture.advance(2_000);

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_STARTING SOURCE_EXECUTOR [CS-nopid]", "TASK_RUNNING SOURCE_EXECUTOR [CS-nopid]");
        assertThat(fixture.decide(new AgentCommand.Started(id, 99)).facts()).isEmpty();
    }

    @Test
    void shouldNotReportAStartTwice() {
        ContainerId id = fixture.running(task("t1", "sleep 1").build());
        fixture.restart(Set.of(id));

        assertThat(fixture.decide(new AgentCommand.Started(id, 4711)).facts()).isEmpty();
    }

    @Test
    void shouldReportATaskWhoseLaunchWasCancelled() {
        ContainerId first = fixture.launched(task("t1", "true").build());
        ContainerId second = fixture.launched(
                framework(Capability.Type.PARTITION_AWARE), task("t2", "true").build());
        fixture.restart(Set.of(first, second));
        fixture.register();

        fixture.decide(new AgentCommand.NotStarted(first, "cancelled"));
        fixture.decide(new AgentCommand.NotStarted(second, "cancelled"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_LOST " + NEVER_STARTED, "TASK_DROPPED " + NEVER_STARTED);
    }

    @Test
    void shouldReportATaskThatTheLauncherNeverHeardOf() {
        fixture.launch(task("t1", "true").build());

        fixture.restart(Set.of());

        fixture.register();
        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_LOST 'The command was never started: the agent was restarted before it launched"
                        + " the task' SOURCE_AGENT REASON_AGENT_RESTARTED");
        assertThat(fixture.launchedSpecs()).isEmpty();
    }

    @Test
    void shouldReportAKilledTaskThatNeverStartedAsKilled() {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.kill("t1");
        fixture.restart(Set.of(id));
        fixture.register();

        fixture.decide(new AgentCommand.NotStarted(id, "cancelled"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_KILLED 'Killed before delivery to the executor' SOURCE_AGENT"
                        + " REASON_TASK_KILLED_DURING_LAUNCH");
    }

    @Test
    void shouldGoOnKilling() {
        ContainerId id = fixture.running(task("t1", "sleep 1000").build());
        fixture.kill("t1", Duration.ofSeconds(20));

        fixture.restart(Set.of(id));
        assertThat(fixture.effects).containsExactly(new AgentEffect.Kill(id, Duration.ofSeconds(20)));
        fixture.register();
        fixture.decide(new AgentCommand.Exited(id, new Signaled(15)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_KILLED 'Command terminated with signal Terminated' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldGoOnEndingATaskThatHadItsTime() {
        ContainerId id = fixture.running(task("t1", "sleep 30")
                .setMaxCompletionTime(DurationInfo.newBuilder().setNanoseconds(1_000_000))
                .build());
        fixture.advance(1);
        fixture.restart(Set.of(id));
        fixture.register();

        fixture.decide(new AgentCommand.Exited(id, new Signaled(15)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Command terminated with signal Terminated' SOURCE_EXECUTOR"
                        + " REASON_MAX_COMPLETION_TIME_REACHED [CS]");
    }

    @Test
    void shouldCountTheCompletionTimeOnOverARestart() {
        ContainerId id = fixture.running(task("t1", "sleep 30")
                .setMaxCompletionTime(DurationInfo.newBuilder().setNanoseconds(60_000_000_000L))
                .build());
        fixture.restart(Set.of(id));
        fixture.nowMs = 40_000;
        fixture.restart(Set.of(id));

        assertThat(fixture.agent.deadlineMs()).isEqualTo(60_005);
        fixture.advance(60_000);
        assertThat(only(AgentEffect.Kill.class, fixture.effects)).hasSize(1);
    }

    @Test
    void shouldEndAndForgetContainersThatNobodyKnows() {
        ContainerId stray = new ContainerId(new UUID(1, 2));

        fixture.restart(Set.of(stray));
        assertThat(fixture.effects).containsExactly(new AgentEffect.Kill(stray, Duration.ZERO));
        fixture.decide(new AgentCommand.Exited(stray, new Signaled(9)));

        assertThat(fixture.effects).contains(new AgentEffect.Forget(stray));
    }

    @Test
    void shouldGoOnEndingAFramework() {
        ContainerId running = fixture.running(task("t1", "sleep 1000").build());
        ContainerId vanished = fixture.running(task("t2", "sleep 1000").build());
        fixture.endFramework();

        fixture.restart(Set.of(running));

        assertThat(fixture.effects).containsExactly(new AgentEffect.Kill(running, Duration.ofSeconds(3)));
        assertThat(fixture.state.endingContainers()).containsExactly(running.toString());
        assertThat(fixture.state.isEnding(vanished.toString())).isFalse();
        fixture.decide(new AgentCommand.Exited(running, new Signaled(15)));
        assertThat(fixture.state.endingContainers()).isEmpty();
    }

    @Test
    void shouldRepeatATerminalUpdateThatWasNotAcknowledged() {
        ContainerId id = fixture.running(task("t1", "true").build());
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));
        TaskStatus sent = fixture.sentUpdates().get(fixture.sentUpdates().size() - 1);

        fixture.restart(Set.of(id));
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));
        fixture.register();

        assertThat(fixture.sentUpdates()).containsExactly(sent);
        fixture.acknowledge(sent);
        assertThat(only(AgentEffect.Forget.class, fixture.effects)).containsExactly(new AgentEffect.Forget(id));
    }

    @Test
    void shouldForgetAContainerWhoseEndIsToldOnlyAfterTheAcknowledgement() {
        ContainerId id = fixture.running(task("t1", "true").build());
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));
        fixture.restart(Set.of(id));
        fixture.register();
        fixture.acknowledgeAll();
        assertThat(only(AgentEffect.Forget.class, fixture.effects)).isEmpty();

        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));

        assertThat(only(AgentEffect.Forget.class, fixture.effects)).containsExactly(new AgentEffect.Forget(id));
    }

    @Test
    void shouldRebuildTheSameStateFromCompactedFacts() {
        fixture.running(task("t1", "sleep 1").build());
        fixture.kill("t1");
        fixture.endFramework();
        fixture.running(task("t2", "sleep 1").build());
        fixture.launched(task("t3", "sleep 1").build());
        ContainerId fourth = fixture.launched(task("t4", "sleep 1").build());
        fixture.decide(new AgentCommand.Started(fourth, 12));
        fixture.kill("t4");
        fixture.acknowledge(fixture.sentUpdates().get(fixture.sentUpdates().size() - 1));

        List<AgentFact> compact = fixture.state.facts();
        AgentState rebuilt = new AgentState();
        compact.forEach(rebuilt::apply);

        assertThat(rebuilt.facts()).isEqualTo(compact);
        assertThat(compact.size()).isLessThan(fixture.durable.size());
        assertThat(rebuilt.endingContainers()).hasSize(1);
        assertThat(rebuilt.tasks())
                .extracting(AgentTask::state)
                .extracting(Enum::name)
                .containsExactly("TASK_RUNNING", "TASK_STAGING", "TASK_RUNNING");
    }

    @Test
    void shouldRefuseFactsThatDoNotFollow() {
        TaskStatus unknown = TaskStatus.newBuilder()
                .setTaskId(task("nope", "true").getTaskId())
                .setState(dev.polder.wire.proto.Mesos.TaskState.TASK_RUNNING)
                .build();
        TaskKey key = TaskKey.of(AgentFixture.frameworkId("f"), unknown.getTaskId());

        assertThatThrownBy(() -> fixture.state.apply(NewFact.updateAdded(key, unknown)))
                .hasMessage("task f/nope was never accepted, or is forgotten");
        assertThatThrownBy(() -> fixture.state.apply(AgentFact.getDefaultInstance()))
                .hasMessageStartingWith("a fact of a kind that this version does not know");
    }
}
