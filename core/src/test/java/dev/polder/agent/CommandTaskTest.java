package dev.polder.agent;

import static dev.polder.agent.AgentFixture.framework;
import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.policy;
import static dev.polder.agent.AgentFixture.sentUpdates;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.NotContained;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.fetch.FetchRequest;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.DurationInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The task scenarios recorded from Mesos, line by line. */
class CommandTaskTest {
    private static final String STARTING = "TASK_STARTING SOURCE_EXECUTOR [CS]";
    private static final String RUNNING = "TASK_RUNNING SOURCE_EXECUTOR [CS]";
    private static final String KILLING = "TASK_KILLING SOURCE_EXECUTOR [CS]";

    private final AgentFixture fixture = AgentFixture.registered();

    @Test
    void shouldReportACommandThatEnds() {
        assertThat(linesOfRun(new Exited(0)))
                .containsExactly(
                        STARTING, RUNNING, "TASK_FINISHED 'Command exited with status 0' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldReportACommandThatFails() {
        assertThat(linesOfRun(new Exited(3)))
                .containsExactly(STARTING, RUNNING, "TASK_FAILED 'Command exited with status 3' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldReportACommandEndedByASignalInWords() {
        assertThat(linesOfRun(new Signaled(9)))
                .contains("TASK_FAILED 'Command terminated with signal Killed' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldNameSignalsAsTheCLibraryDoes() {
        assertThat(List.of(Signals.name(15), Signals.name(11), Signals.name(34), Signals.name(32)))
                .containsExactly("Terminated", "Segmentation fault", "Real-time signal 0", "Unknown signal 32");
    }

    @Test
    void shouldFillTheFieldsOfAnUpdate() {
        ContainerId id = fixture.launched(task("t1", "true").build());

        fixture.decide(new AgentCommand.Started(id, 4711));

        TaskStatus status = fixture.sentUpdates().get(0);
        assertThat(status.getTaskId().getValue()).isEqualTo("t1");
        assertThat(status.getExecutorId().getValue()).isEqualTo("t1");
        assertThat(status.getAgentId().getValue()).isEqualTo(AgentFixture.AGENT);
        assertThat(status.getTimestamp()).isEqualTo((AgentFixture.WALL_MS + fixture.nowMs) / 1000.0);
        assertThat(status.getUuid().size()).isEqualTo(16);
        assertThat(status.getUuid().byteAt(6) & 0xf0).isEqualTo(0x40);
        assertThat(status.getUuid().byteAt(8) & 0xc0).isEqualTo(0x80);
        assertThat(status.getContainerStatus().getContainerId().getValue()).isEqualTo(id.toString());
        assertThat(status.getContainerStatus().getExecutorPid()).isEqualTo(4711);
        assertThat(status.getContainerStatus()
                        .getNetworkInfos(0)
                        .getIpAddresses(0)
                        .getIpAddress())
                .isEqualTo("127.0.0.1");
        assertThat(status.hasData()).isFalse();
    }

    @Test
    void shouldLaunchOnlyWhenTheSandboxIsThere() {
        fixture.launch(task("t1", "true").build());
        assertThat(only(AgentEffect.PrepareSandbox.class, fixture.effects)).hasSize(1);
        assertThat(fixture.launchedSpecs()).isEmpty();

        fixture.decide(new AgentCommand.SandboxReady(fixture.container("t1")));

        assertThat(fixture.launchedSpecs()).hasSize(1);
    }

    @Test
    void shouldIgnoreALaunchOfATaskThatIsKnown() {
        fixture.running(task("t1", "sleep 1").build());

        Decision again = fixture.launch(task("t1", "sleep 1").build());

        assertThat(again.facts()).isEmpty();
        assertThat(again.effects()).isEmpty();
    }

    @Test
    void shouldLaunchATaskAgainWhoseEndWasAcknowledged() {
        ContainerId first = fixture.running(task("t1", "true").build());
        fixture.decide(new AgentCommand.Exited(first, new Exited(0)));
        fixture.acknowledgeAll();

        ContainerId second = fixture.launched(task("t1", "true").build());

        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void shouldForgetTheContainerOnceTheEndIsAcknowledged() {
        ContainerId id = fixture.running(task("t1", "true").build());
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));
        assertThat(only(AgentEffect.Forget.class, fixture.effects)).isEmpty();

        fixture.acknowledgeAll();

        assertThat(only(AgentEffect.Forget.class, fixture.effects)).containsExactly(new AgentEffect.Forget(id));
        assertThat(fixture.state.tasks()).isEmpty();
    }

    @Test
    void shouldFailACommandWithoutAValueAfterStarting() {
        fixture.launch(task("t1", CommandInfo.newBuilder()).build());

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        "TASK_STARTING SOURCE_EXECUTOR [CS-nopid]",
                        "TASK_FAILED 'Executor terminated' SOURCE_AGENT REASON_EXECUTOR_TERMINATED");
        assertThat(fixture.launchedSpecs()).isEmpty();
    }

    @Test
    void shouldLoseATaskWhoseSandboxCannotBeMade() {
        fixture.launch(task("t1", "true").build());
        ContainerId id = fixture.container("t1");

        fixture.decide(new AgentCommand.SandboxFailed(id, "Failed to create executor directory '/x': no"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_LOST 'Failed to create executor directory '/x': no' SOURCE_AGENT"
                        + " REASON_EXECUTOR_TERMINATED");
    }

    @Test
    void shouldDropATaskWithoutSandboxForAFrameworkThatKnowsPartitions() {
        fixture.launch(
                framework(Capability.Type.PARTITION_AWARE), task("t1", "true").build());

        fixture.decide(new AgentCommand.SandboxFailed(fixture.container("t1"), "no"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_DROPPED 'no' SOURCE_AGENT REASON_EXECUTOR_TERMINATED");
    }

    @Test
    void shouldFailADockerContainerWithoutAnEngine() {
        AgentFixture without = AgentFixture.registeredWithoutIsolators();
        without.launch(task("t1", "true")
                .setContainer(ContainerInfo.newBuilder().setType(ContainerInfo.Type.DOCKER))
                .build());

        assertThat(lines(without.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Abnormal executor termination: unknown container' SOURCE_AGENT"
                        + " REASON_EXECUTOR_TERMINATED");
    }

    @Test
    void shouldRunAMesosContainerWithoutImage() {
        ContainerId id = fixture.launched(task("t1", "true")
                .setContainer(ContainerInfo.newBuilder().setType(ContainerInfo.Type.MESOS))
                .build());

        assertThat(fixture.launchedSpecs().get(0).id()).isEqualTo(id);
    }

    private static TaskInfo fetching(String uri) {
        return task(
                        "t1",
                        CommandInfo.newBuilder()
                                .setValue("true")
                                .addUris(CommandInfo.URI
                                        .newBuilder()
                                        .setValue(uri)
                                        .setExecutable(true)
                                        .setExtract(false)
                                        .setCache(true)
                                        .setOutputFile("bin/tool")))
                .build();
    }

    @Test
    void shouldFetchWhatTheCommandWantsBeforeItStarts() {
        fixture.launch(fetching("http://files/tool-1.2"));

        assertThat(only(AgentEffect.PrepareSandbox.class, fixture.effects)
                        .get(0)
                        .fetches())
                .containsExactly(new FetchRequest(
                        "http://files/tool-1.2", true, false, true, Optional.of("bin/tool"), Optional.empty()));
        assertThat(fixture.launchedSpecs()).isEmpty();

        fixture.decide(new AgentCommand.SandboxReady(fixture.container("t1")));
        assertThat(fixture.launchedSpecs()).hasSize(1);
    }

    @Test
    void shouldFailATaskWhoseFilesCannotBeFetched() {
        fixture.launch(fetching("/no/such/file"));
        ContainerId id = fixture.container("t1");

        fixture.decide(new AgentCommand.FetchFailed(id, "no such file"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Failed to launch container: Failed to fetch all URIs for container '"
                        + id + "': no such file' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldFailATaskWhoseImageCannotBeHad() {
        fixture.launch(task("t1", "true").build());

        fixture.decide(new AgentCommand.PullFailed(fixture.container("t1"), "no such image"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Failed to launch container: no such image' SOURCE_AGENT"
                        + " REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldFailATaskThatWantsWhatIsNoAddress() {
        fixture.launch(fetching("http://files/to\nol"));

        assertThat(lines(fixture.acknowledgeAll()).get(0))
                .startsWith("TASK_FAILED 'Failed to launch container: Failed to fetch all URIs for container '")
                .contains("URI 'http://files/to?ol' has a backslash, a quote or a control character")
                .endsWith("SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
        assertThat(only(AgentEffect.PrepareSandbox.class, fixture.effects)).isEmpty();
    }

    @Test
    void shouldStopFetchingForATaskThatIsKilled() {
        fixture.launch(fetching("http://files/large"));
        ContainerId id = fixture.container("t1");

        fixture.kill("t1");

        assertThat(only(AgentEffect.StopPreparing.class, fixture.effects))
                .containsExactly(new AgentEffect.StopPreparing(id));
        fixture.decide(new AgentCommand.FetchFailed(id, "interrupted"));
        assertThat(lines(fixture.acknowledgeAll())).hasSize(1).allMatch(line -> line.startsWith("TASK_KILLED"));
    }

    @Test
    void shouldFailATaskThatTheLauncherCouldNotStart() {
        ContainerId id = fixture.launched(task("t1", "true").build());

        fixture.decide(new AgentCommand.NotStarted(id, "fork: too many processes"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Failed to launch container: fork: too many processes' SOURCE_AGENT"
                        + " REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldFailATaskThatCouldNotBeContained() {
        ContainerId id = fixture.launched(task("t1", "true").build());

        fixture.decide(new AgentCommand.Exited(id, new NotContained("unshare: not permitted")));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Failed to launch container: unshare: not permitted' SOURCE_AGENT"
                        + " REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldEndATaskThatHadItsTime() {
        TaskInfo info = task("t1", "sleep 30")
                .setMaxCompletionTime(DurationInfo.newBuilder().setNanoseconds(1_000_000_000))
                .build();
        ContainerId id = fixture.running(framework(Capability.Type.TASK_KILLING_STATE), info);

        fixture.advance(999);
        assertThat(kills()).isEmpty();
        fixture.advance(1);
        assertThat(kills()).containsExactly(new AgentEffect.Kill(id, Duration.ofSeconds(3)));
        fixture.decide(new AgentCommand.Exited(id, new Signaled(15)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        KILLING,
                        "TASK_FAILED 'Command terminated with signal Terminated' SOURCE_EXECUTOR"
                                + " REASON_MAX_COMPLETION_TIME_REACHED [CS]");
    }

    @Test
    void shouldFailATaskThatHadItsTimeEvenIfItThenExitsWell() {
        ContainerId id = fixture.running(task("t1", "sleep 30")
                .setMaxCompletionTime(DurationInfo.newBuilder().setNanoseconds(1_000_000))
                .build());
        fixture.advance(1);
        fixture.kill("t1", Duration.ZERO);

        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Command exited with status 0' SOURCE_EXECUTOR"
                        + " REASON_MAX_COMPLETION_TIME_REACHED [CS]");
    }

    @Test
    void shouldNotCountCompletionTimeOnceAKillIsUnderWay() {
        ContainerId id = fixture.running(task("t1", "sleep 30")
                .setMaxCompletionTime(DurationInfo.newBuilder().setNanoseconds(1_000_000_000))
                .build());
        fixture.kill("t1");
        fixture.advance(2_000);

        fixture.decide(new AgentCommand.Exited(id, new Signaled(15)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_KILLED 'Command terminated with signal Terminated' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldKillWithTheDefaultGrace() {
        ContainerId id = fixture.running(task("t1", "sleep 1000").build());

        Decision decision = fixture.kill("t1");
        fixture.decide(new AgentCommand.Exited(id, new Signaled(15)));

        assertThat(decision.effects()).containsExactly(new AgentEffect.Kill(id, Duration.ofSeconds(3)));
        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_KILLED 'Command terminated with signal Terminated' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldKillWithTheTasksGraceUnlessTheCallSaysOtherwise() {
        TaskInfo info = task("t1", "sleep 1000")
                .setKillPolicy(policy(Duration.ofSeconds(60)))
                .build();
        ContainerId id = fixture.running(info);
        fixture.running(info.toBuilder()
                .setTaskId(info.getTaskId().toBuilder().setValue("t2"))
                .build());

        fixture.kill("t1");
        fixture.kill("t2", Duration.ofSeconds(1));

        assertThat(kills())
                .extracting(AgentEffect.Kill::grace)
                .containsExactly(Duration.ofMinutes(1), Duration.ofSeconds(1));
        assertThat(kills().get(0).id()).isEqualTo(id);
    }

    @Test
    void shouldShowKillingToFrameworksThatKnowIt() {
        fixture.running(
                framework(Capability.Type.TASK_KILLING_STATE),
                task("t1", "sleep 1").build());

        Decision first = fixture.kill("t1");
        Decision second = fixture.kill("t1", Duration.ofSeconds(1));

        assertThat(lines(sentUpdates(first.effects()))).containsExactly(KILLING);
        assertThat(sentUpdates(second.effects())).isEmpty();
        assertThat(lines(fixture.acknowledgeAll())).containsExactly(KILLING);
    }

    @Test
    void shouldLetALaterKillOnlyShortenTheGrace() {
        fixture.running(task("t1", "sleep 1000").build());
        fixture.kill("t1", Duration.ofSeconds(4));
        fixture.advance(1_000);

        fixture.kill("t1");
        fixture.kill("t1", Duration.ofSeconds(60));
        fixture.kill("t1", Duration.ofMillis(500));

        assertThat(kills())
                .extracting(AgentEffect.Kill::grace)
                .containsExactly(Duration.ofSeconds(4), Duration.ofSeconds(2), Duration.ZERO);
    }

    @Test
    void shouldReportAKilledTaskAsKilledEvenIfItExitsWell() {
        ContainerId id = fixture.running(task("t1", "trap").build());
        fixture.kill("t1");

        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_KILLED 'Command exited with status 0' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldNotLaunchATaskThatIsKilledBeforeItsSandboxIsReady() {
        fixture.launch(task("t1", "sleep 100").build());
        ContainerId id = fixture.container("t1");

        fixture.kill("t1");
        fixture.decide(new AgentCommand.SandboxReady(id));

        assertThat(fixture.launchedSpecs()).isEmpty();
        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_KILLED 'Killed before delivery to the executor' SOURCE_AGENT"
                        + " REASON_TASK_KILLED_DURING_LAUNCH");
    }

    @Test
    void shouldWaitForTheLaunchersWordOnATaskKilledWhileItIsLaunched() {
        ContainerId id = fixture.launched(task("t1", "sleep 100").build());

        fixture.kill("t1");
        assertThat(fixture.sentUpdates()).isEmpty();
        fixture.decide(new AgentCommand.NotStarted(id, "killed"));

        assertThat(kills()).hasSize(1);
        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_KILLED 'Killed before delivery to the executor' SOURCE_AGENT"
                        + " REASON_TASK_KILLED_DURING_LAUNCH");
    }

    @Test
    void shouldShowEveryStateOfATaskThatStartedAlthoughItWasKilledBefore() {
        ContainerId id = fixture.launched(
                framework(Capability.Type.TASK_KILLING_STATE),
                task("t1", "sleep 100").build());
        fixture.kill("t1");

        fixture.decide(new AgentCommand.Started(id, 4711));
        fixture.decide(new AgentCommand.Exited(id, new Signaled(15)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        STARTING,
                        RUNNING,
                        KILLING,
                        "TASK_KILLED 'Command terminated with signal Terminated' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldIgnoreAKillOfAnUnknownOrEndedTask() {
        ContainerId id = fixture.running(task("t1", "true").build());
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));

        assertThat(fixture.kill("t1").facts()).isEmpty();
        assertThat(fixture.kill("nope").facts()).isEmpty();
    }

    @Test
    void shouldEndAFrameworksTasksAndDropItsUpdates() {
        ContainerId running = fixture.running(task("t1", "sleep 1000").build());
        ContainerId ended = fixture.running(task("t2", "true").build());
        fixture.decide(new AgentCommand.Exited(ended, new Exited(0)));
        fixture.launch(task("t3", "true").build());
        ContainerId preparing = fixture.container("t3");
        fixture.effects.clear();

        fixture.endFramework();

        assertThat(fixture.state.tasks()).isEmpty();
        assertThat(fixture.effects)
                .containsExactly(
                        new AgentEffect.Kill(running, Duration.ofSeconds(3)),
                        new AgentEffect.Forget(ended),
                        new AgentEffect.StopPreparing(preparing));
        fixture.effects.clear();
        fixture.decide(new AgentCommand.SandboxReady(preparing));
        fixture.decide(new AgentCommand.Exited(running, new Signaled(15)));
        fixture.advance(StatusUpdates.RESEND_MS_MIN);
        assertThat(only(AgentEffect.Launch.class, fixture.effects)).isEmpty();
        assertThat(fixture.sentUpdates()).isEmpty();
        assertThat(only(AgentEffect.Forget.class, fixture.effects)).containsExactly(new AgentEffect.Forget(running));
        assertThat(fixture.state.endingContainers()).isEmpty();
    }

    @Test
    void shouldReportALostTask() {
        ContainerId first = fixture.running(task("t1", "sleep 1").build());
        ContainerId second = fixture.running(
                framework(Capability.Type.PARTITION_AWARE),
                task("t2", "sleep 1").build());

        fixture.decide(new AgentCommand.Lost(first, "the host was rebooted"));
        fixture.decide(new AgentCommand.Lost(second, "the host was rebooted"));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        "TASK_LOST 'Nobody knows how the command ended: the host was rebooted' SOURCE_AGENT"
                                + " REASON_EXECUTOR_TERMINATED",
                        "TASK_GONE 'Nobody knows how the command ended: the host was rebooted' SOURCE_AGENT"
                                + " REASON_EXECUTOR_TERMINATED");
    }

    private List<String> linesOfRun(ExitStatus status) {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.decide(new AgentCommand.Started(id, 4711));
        fixture.decide(new AgentCommand.Exited(id, status));
        return lines(fixture.acknowledgeAll());
    }

    private List<AgentEffect.Kill> kills() {
        return only(AgentEffect.Kill.class, fixture.effects);
    }
}
