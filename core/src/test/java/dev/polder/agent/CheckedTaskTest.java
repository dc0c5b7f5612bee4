package dev.polder.agent;

import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.attach.ContainerCommand;
import dev.polder.isolation.check.CheckEvent;
import dev.polder.isolation.check.CheckEvent.Health;
import dev.polder.isolation.check.CheckEvent.Result;
import dev.polder.isolation.check.CheckKind;
import dev.polder.isolation.check.CheckResult;
import dev.polder.isolation.check.CheckSpec;
import dev.polder.isolation.check.CheckSpec.HealthRule;
import dev.polder.wire.proto.Mesos.CheckInfo;
import dev.polder.wire.proto.Mesos.CheckStatusInfo;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.Environment;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.Mesos.TaskStatus.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tasks with checks, in virtual time. */
class CheckedTaskTest {
    private static final Health WELL = new Health(true, false);
    private static final Health UNWELL = new Health(false, false);
    private static final Health TOO_OFTEN = new Health(false, true);

    private final AgentFixture fixture = AgentFixture.registered();

    private static TaskInfo withHealth() {
        return task("t1", "sleep 1")
                .setHealthCheck(HealthCheck.newBuilder()
                        .setType(HealthCheck.Type.COMMAND)
                        .setCommand(CommandInfo.newBuilder().setValue("true")))
                .build();
    }

    private static TaskInfo withCheck() {
        return task("t1", "sleep 1")
                .setCheck(CheckInfo.newBuilder()
                        .setType(CheckInfo.Type.HTTP)
                        .setHttp(CheckInfo.Http.newBuilder().setPort(80).setPath("/p")))
                .build();
    }

    private List<TaskStatus> told(ContainerId id, CheckEvent event) {
        fixture.decide(new AgentCommand.Checked(id, event));
        return fixture.acknowledgeAll();
    }

    private AgentEffect.StartChecks started() {
        List<AgentEffect.StartChecks> started = only(AgentEffect.StartChecks.class, fixture.effects);
        assertThat(started).hasSize(1);
        return started.get(0);
    }

    @Test
    void shouldBeginToCheckWhenTheProcessExistsWithWhatMesosTakesByDefault() {
        fixture.running(withHealth());

        AgentEffect.StartChecks start = started();
        assertThat(start.pid()).isEqualTo(4711);
        assertThat(start.runningFor()).isZero();
        assertThat(start.isHealthKnown()).isFalse();
        assertThat(start.checks())
                .containsExactly(new CheckSpec(
                        new CheckKind.Command(new ContainerCommand("/bin/sh", List.of("-c", "true"), Map.of())),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(20),
                        Optional.of(new HealthRule(Duration.ofSeconds(10), 3))));
    }

    @Test
    void shouldCheckNothingOfATaskThatAsksForNone() {
        fixture.running(task("t1", "sleep 1").build());

        assertThat(only(AgentEffect.StartChecks.class, fixture.effects)).isEmpty();
    }

    @Test
    void shouldTellHealthAndKeepItInWhatFollows() {
        ContainerId id = fixture.running(withHealth());

        TaskStatus well = told(id, WELL).get(0);
        TaskStatus unwell = told(id, UNWELL).get(0);

        assertThat(well.getState()).isEqualTo(TaskState.TASK_RUNNING);
        assertThat(well.getReason()).isEqualTo(Reason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED);
        assertThat(well.getHealthy()).isTrue();
        assertThat(well.getContainerStatus().getExecutorPid()).isEqualTo(4711);
        assertThat(unwell.hasHealthy()).isTrue();
        assertThat(unwell.getHealthy()).isFalse();
    }

    @Test
    void shouldKillATaskThatIsUnhealthyTooOften() {
        ContainerId id = fixture.running(withHealth());

        List<TaskStatus> updates = told(id, TOO_OFTEN);
        assertThat(only(AgentEffect.Kill.class, fixture.effects))
                .containsExactly(new AgentEffect.Kill(id, Duration.ofSeconds(3)));
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));
        updates.addAll(fixture.acknowledgeAll());

        assertThat(lines(updates))
                .containsExactly(
                        "TASK_RUNNING SOURCE_EXECUTOR REASON_TASK_HEALTH_CHECK_STATUS_UPDATED [CS]",
                        "TASK_KILLED 'Command exited with status 0' SOURCE_EXECUTOR [CS]");
        assertThat(updates).allMatch(status -> status.hasHealthy() && !status.getHealthy());
    }

    @Test
    void shouldSayNothingOfTheHealthOfATaskThatEndedByItself() {
        ContainerId id = fixture.running(withHealth());
        told(id, UNWELL);

        fixture.decide(new AgentCommand.Exited(id, new Exited(1)));

        assertThat(fixture.acknowledgeAll())
                .singleElement()
                .satisfies(end -> assertThat(end.hasHealthy()).isFalse());
        assertThat(only(AgentEffect.StopChecks.class, fixture.effects)).containsExactly(new AgentEffect.StopChecks(id));
    }

    @Test
    void shouldHearNoMoreOfATaskThatIsBeingKilled() {
        ContainerId id = fixture.running(withHealth());
        fixture.kill("t1");
        fixture.acknowledgeAll();

        assertThat(told(id, UNWELL)).isEmpty();
    }

    @Test
    void shouldTellResultsOfACheckAndThatThereIsNoneYet() {
        ContainerId id = fixture.launched(withCheck());
        fixture.decide(new AgentCommand.Started(id, 4711));

        TaskStatus running = fixture.acknowledgeAll().get(1);
        TaskStatus answered =
                told(id, new Result(new CheckResult.Answered(404))).get(0);
        TaskStatus failed = told(id, new Result(new CheckResult.Failed("late"))).get(0);

        CheckStatusInfo none = CheckStatusInfo.newBuilder()
                .setType(CheckInfo.Type.HTTP)
                .setHttp(CheckStatusInfo.Http.getDefaultInstance())
                .build();
        assertThat(running.getCheckStatus()).isEqualTo(none);
        assertThat(answered.getReason()).isEqualTo(Reason.REASON_TASK_CHECK_STATUS_UPDATED);
        assertThat(answered.getCheckStatus().getHttp().getStatusCode()).isEqualTo(404);
        assertThat(failed.getCheckStatus()).isEqualTo(none);
    }

    @Test
    void shouldKeepHealthInACheckUpdateAndTheCheckInAHealthUpdate() {
        ContainerId id = fixture.running(
                withHealth().toBuilder().setCheck(withCheck().getCheck()).build());
        told(id, WELL);

        TaskStatus answered =
                told(id, new Result(new CheckResult.Answered(200))).get(0);
        TaskStatus unwell = told(id, UNWELL).get(0);

        assertThat(answered.getHealthy()).isTrue();
        assertThat(unwell.getCheckStatus().getHttp().getStatusCode()).isEqualTo(200);
    }

    @Test
    void shouldGoOnCheckingAfterARestart() {
        ContainerId id = fixture.running(withHealth());
        told(id, WELL);
        fixture.restart(Set.of(id));

        fixture.decide(new AgentCommand.Started(id, 4711));

        assertThat(started().isHealthKnown()).isTrue();
        assertThat(started().container().id()).isEqualTo(id);
        assertThat(started().container().task().environment()).containsKey("MESOS_SANDBOX");
    }

    @Test
    void shouldCheckNothingAfterARestartOfATaskThatIsBeingKilled() {
        ContainerId id = fixture.running(withHealth());
        fixture.kill("t1");
        fixture.restart(Set.of(id));

        fixture.decide(new AgentCommand.Started(id, 4711));

        assertThat(only(AgentEffect.StartChecks.class, fixture.effects)).isEmpty();
    }

    @Test
    void shouldRefuseChecksThatNoMasterShouldHaveLetThrough() {
        assertThat(refusal(HealthCheck.newBuilder())).contains("HealthCheck must specify 'type'");
        assertThat(refusal(tcp(0))).contains("port 0 of TCP health check is not within 1 to 65535");
        assertThat(refusal(tcp(80).setTimeoutSeconds(Double.NaN))).contains("'timeout_seconds' to be non-negative");
    }

    @Test
    void shouldRefuseAPathThatIsNoPartOfAUrl() {
        assertThat(refusal(HealthCheck.newBuilder()
                        .setType(HealthCheck.Type.HTTP)
                        .setHttp(HealthCheck.HTTPCheckInfo.newBuilder()
                                .setPort(80)
                                .setPath("/a b"))))
                .contains("path '/a b'");
    }

    @Test
    void shouldTakeTheNumberOfFailuresForUnsigned() {
        assertThat(failuresMax(0)).isEqualTo(1);
        assertThat(failuresMax(-1)).isEqualTo(Integer.MAX_VALUE);
        assertThat(failuresMax(7)).isEqualTo(7);
    }

    private static int failuresMax(int consecutiveFailures) {
        TaskInfo task = task("t1", "true")
                .setHealthCheck(tcp(80).setConsecutiveFailures(consecutiveFailures))
                .build();
        return TaskChecks.of(task).get(0).health().orElseThrow().failuresMax();
    }

    @Test
    void shouldTellTheKindOfAnOldHealthCheckThatHasNoType() {
        CommandInfo command = CommandInfo.newBuilder().setValue("true").build();
        HealthCheck.HTTPCheckInfo http = HealthCheck.HTTPCheckInfo.newBuilder()
                .setPort(80)
                .setScheme("https")
                .setProtocol(NetworkInfo.Protocol.IPv6)
                .build();

        assertThat(kind(HealthCheck.newBuilder().setCommand(command)))
                .isEqualTo(new CheckKind.Command(ContainerCommand.shell("true")));
        assertThat(kind(HealthCheck.newBuilder().setHttp(http))).isEqualTo(new CheckKind.Http("https", 80, "", true));
    }

    @Test
    void shouldPassOnTheArgumentsAndVariablesOfACommand() {
        CommandInfo command = CommandInfo.newBuilder()
                .setShell(false)
                .setValue("test")
                .addAllArguments(List.of("zeroth", "-e", "a b"))
                .setEnvironment(Environment.newBuilder()
                        .addVariables(
                                Environment.Variable.newBuilder().setName("A").setValue("b")))
                .build();

        assertThat(kind(HealthCheck.newBuilder()
                        .setType(HealthCheck.Type.COMMAND)
                        .setCommand(command)))
                .isEqualTo(new CheckKind.Command(new ContainerCommand("test", List.of("-e", "a b"), Map.of("A", "b"))));
    }

    private static CheckKind kind(HealthCheck.Builder check) {
        return TaskChecks.of(task("t1", "true").setHealthCheck(check).build())
                .get(0)
                .kind();
    }

    private static HealthCheck.Builder tcp(int port) {
        return HealthCheck.newBuilder()
                .setType(HealthCheck.Type.TCP)
                .setTcp(HealthCheck.TCPCheckInfo.newBuilder().setPort(port));
    }

    private static String refusal(HealthCheck.Builder check) {
        AgentFixture fixture = AgentFixture.registered();
        fixture.launch(task("t1", "true").setHealthCheck(check).build());
        TaskStatus answer = fixture.acknowledgeAll().get(0);
        assertThat(answer.getState()).isEqualTo(TaskState.TASK_ERROR);
        assertThat(answer.getReason()).isEqualTo(Reason.REASON_TASK_INVALID);
        return answer.getMessage();
    }
}
