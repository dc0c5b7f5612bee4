package dev.polder.agent;

import static dev.polder.agent.AgentFixture.framework;
import static dev.polder.agent.AgentFixture.policy;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.isolation.host.DockerSettings;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.host.NetworkSettings;
import dev.polder.isolation.host.PortsSettings;
import dev.polder.isolation.host.VolumeSettings;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.DurationInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.ResourceStatistics;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.Mesos.Value;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent with real processes, a real disk, and a master at the other end of a real connection. */
@Tag("slow")
class AgentServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String STARTING = "TASK_STARTING SOURCE_EXECUTOR [CS]";
    private static final String RUNNING = "TASK_RUNNING SOURCE_EXECUTOR [CS]";

    @TempDir
    private Path directory;

    private FakeMaster master;
    private HttpClient client;
    private @Nullable AgentService service;

    @BeforeEach
    void startMasterAndAgent() throws Exception {
        master = FakeMaster.start();
        client = HttpClient.start(HttpClientConfig.defaults("agent-test-client"));
        startAgent();
    }

    @AfterEach
    void closeEverything() {
        if (service != null) {
            service.close();
        }
        client.close();
        master.close();
    }

    private SandboxSettings sandboxes = SandboxSettings.DEFAULT;
    private Optional<Path> runtimeDir = Optional.empty();
    private String isolation = "auto";
    private PortsSettings ports = PortsSettings.DEFAULT;

    private AgentServiceConfig config() throws IOException {
        return new AgentServiceConfig(
                "n1",
                directory.resolve("agent"),
                directory.resolve("sandboxes"),
                runtimeDir,
                "localhost",
                "127.0.0.1",
                5051,
                MachineResources.of("cpus:4;mem:1024;disk:2048;ports:[31000-31999]", directory),
                MachineResources.attributes("rack:r1;zone:7"),
                "incarnation-1",
                "0.1.0",
                false,
                Duration.ofSeconds(3),
                client,
                () -> Optional.of(master.address()),
                IsolationSettings.parse(isolation, ""),
                ImageSettings.DEFAULT,
                VolumeSettings.DEFAULT,
                NetworkSettings.DEFAULT,
                sandboxes,
                DockerSettings.DEFAULT,
                ports,
                AgentProbe.none());
    }

    private AgentService startAgain(SandboxSettings other) throws Exception {
        agent().close(true);
        sandboxes = other;
        return startAgent();
    }

    private AgentService startAgain(String other, PortsSettings watch) throws Exception {
        agent().close(true);
        isolation = other;
        ports = watch;
        return startAgent();
    }

    private AgentService startAgent() throws Exception {
        AgentService started = AgentService.start(config());
        service = started;
        started.admitted().get(30, TimeUnit.SECONDS);
        return started;
    }

    private AgentService agent() {
        return Objects.requireNonNull(service, "service");
    }

    @Test
    void shouldRunACommandAndReportIt() throws IOException {
        master.launch(ownTask("t1", "echo out; echo err >&2"));

        awaitLines("t1", STARTING, RUNNING, "TASK_FINISHED 'Command exited with status 0' SOURCE_EXECUTOR [CS]");
        Path sandbox = latest("t1");
        assertThat(sandbox.resolve("stdout")).hasContent("out");
        assertThat(sandbox.resolve("stderr")).hasContent("err");
        await().atMost(PATIENCE).until(() -> agent().counters().tasks() == 0);
        assertThat(containers()).isEmpty();
    }

    @Test
    void shouldBringFilesIntoTheSandbox() throws IOException {
        Path tool = Files.writeString(directory.resolve("tool.sh"), "echo hello from $0\n");
        makePassable();

        master.launch(ownTask(
                "t1",
                CommandInfo.newBuilder()
                        .setValue("./run.sh")
                        .addUris(CommandInfo.URI
                                .newBuilder()
                                .setValue(tool.toUri().getPath())
                                .setExecutable(true)
                                .setOutputFile("run.sh"))));

        awaitLines("t1", STARTING, RUNNING, "TASK_FINISHED 'Command exited with status 0' SOURCE_EXECUTOR [CS]");
        assertThat(latest("t1").resolve("stdout")).hasContent("hello from ./run.sh");
    }

    @Test
    void shouldFailATaskWhoseFileIsNotThere() {
        master.launch(ownTask(
                "t1",
                CommandInfo.newBuilder()
                        .setValue("true")
                        .addUris(CommandInfo.URI.newBuilder().setValue("/no/such/file"))));

        awaitEnd("t1", "TASK_FAILED");
        TaskStatus last = master.updatesOf("t1").get(0);
        assertThat(last.getReason()).isEqualTo(TaskStatus.Reason.REASON_CONTAINER_LAUNCH_FAILED);
        assertThat(last.getMessage()).contains("Failed to fetch '/no/such/file': it cannot be read");
        assertThat(latest("t1").resolve("stderr")).content().contains("/no/such/file");
    }

    @Test
    void shouldSayHowItKeepsTasksApart() {
        assertThat(lastRegister().getInfo().getAttributesList())
                .filteredOn(attribute -> attribute.getName().equals("isolation"))
                .singleElement()
                .satisfies(attribute -> assertThat(attribute.getText().getValue())
                        .matches("none|((cgroups|namespaces|linux|posix|filesystem|docker|volume)/[a-z_]+,?)+"));
    }

    @Test
    void shouldEndATaskThatNeedsMoreMemoryThanItHas() {
        assumeTrue(isolates("cgroups/mem"), "no control groups for memory here");

        master.launch(ownTask("t1", "dd if=/dev/zero of=/dev/null bs=100M count=1; echo survived").toBuilder()
                .addResources(Resource.newBuilder()
                        .setName("mem")
                        .setType(Value.Type.SCALAR)
                        .setScalar(Value.Scalar.newBuilder().setValue(32)))
                .build());

        awaitEnd("t1", "TASK_FAILED");
        List<TaskStatus> updates = master.updatesOf("t1");
        TaskStatus last = updates.get(updates.size() - 1);
        assertThat(last.getReason()).isEqualTo(TaskStatus.Reason.REASON_CONTAINER_LIMITATION_MEMORY);
        assertThat(last.getMessage()).startsWith("Memory limit exceeded: Requested: 32MB Maximum Used: ");
    }

    @Test
    void shouldLeaveNothingOfATaskThatHasHidden() {
        assumeTrue(isolates("cgroups/cpu"), "no control groups here");

        master.launch(ownTask("t1", "setsid env -i sleep 54321 >/dev/null 2>&1 & sleep 0.2; echo gone"));
        awaitEnd("t1", "TASK_FINISHED");

        assertThat(ProcessHandle.allProcesses()
                        .flatMap(process -> process.info().arguments().stream())
                        .filter(arguments -> List.of(arguments).contains("54321")))
                .isEmpty();
    }

    private boolean isolates(String isolator) {
        return agent().attributes().stream()
                .anyMatch(attribute -> attribute.getName().equals("isolation")
                        && List.of(attribute.getText().getValue().split(",")).contains(isolator));
    }

    @Test
    void shouldKillATaskThatIsUnhealthyAlsoAfterTheAgentWasAway() throws Exception {
        HealthCheck check = HealthCheck.newBuilder()
                .setType(HealthCheck.Type.COMMAND)
                .setCommand(CommandInfo.newBuilder().setValue("test -e well"))
                .setDelaySeconds(0)
                .setIntervalSeconds(0.1)
                .setGracePeriodSeconds(600)
                .setConsecutiveFailures(2)
                .build();
        master.launch(ownTask("t1", "touch well; sleep 300").toBuilder()
                .setHealthCheck(check)
                .build());
        await().atMost(PATIENCE).until(() -> healthOf("t1").contains(true));
        agent().close(true);
        startAgent();

        Files.delete(latest("t1").resolve("well"));

        awaitEnd("t1", "TASK_KILLED");
        List<TaskStatus> updates = master.updatesOf("t1");
        assertThat(updates.get(updates.size() - 1).getHealthy()).isFalse();
        assertThat(healthOf("t1").stream().filter(healthy -> !healthy).count()).isGreaterThanOrEqualTo(3);
        agent().close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("n1-checks");
    }

    private List<Boolean> healthOf(String task) {
        return master.updatesOf(task).stream()
                .filter(TaskStatus::hasHealthy)
                .map(TaskStatus::getHealthy)
                .toList();
    }

    @Test
    void shouldReportHowACommandEnded() {
        master.launch(ownTask("t1", "exit 3"));
        master.launch(ownTask("t2", "kill -9 $$"));
        master.launch(ownTask("t3", "nosuchcommand-xyz"));
        master.launch(ownTask(
                "t4",
                CommandInfo.newBuilder()
                        .setShell(false)
                        .setValue("/no/such/prog")
                        .addArguments("prog")));

        awaitLines("t1", STARTING, RUNNING, "TASK_FAILED 'Command exited with status 3' SOURCE_EXECUTOR [CS]");
        awaitLines("t2", STARTING, RUNNING, "TASK_FAILED 'Command terminated with signal Killed' SOURCE_EXECUTOR [CS]");
        awaitLines("t3", STARTING, RUNNING, "TASK_FAILED 'Command exited with status 127' SOURCE_EXECUTOR [CS]");
        awaitLines("t4", STARTING, RUNNING, "TASK_FAILED 'Command exited with status 1' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldGiveTheTaskItsEnvironmentAndSandbox() throws IOException {
        master.launch(ownTask("t1", "env; pwd; stat -c %a . .. ../../.."));

        awaitEnd("t1", "TASK_FINISHED");
        Path sandbox = latest("t1").toRealPath();
        assertThat(Files.readAllLines(sandbox.resolve("stdout")))
                .contains(
                        "MESOS_SANDBOX=" + sandbox,
                        "MESOS_EXECUTOR_ID=t1",
                        "MESOS_ALLOCATION_ROLE=r1",
                        "MESOS_SLAVE_ID=" + AgentFixture.AGENT,
                        sandbox.toString())
                .containsSubsequence("700", "711", "711");
    }

    @Test
    void shouldKillATask() {
        master.launch(framework(Capability.Type.TASK_KILLING_STATE), ownTask("t1", "sleep 1000"));
        awaitLines("t1", STARTING, RUNNING);

        master.kill("t1", null);

        awaitLines(
                "t1",
                STARTING,
                RUNNING,
                "TASK_KILLING SOURCE_EXECUTOR [CS]",
                "TASK_KILLED 'Command terminated with signal Terminated' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldKillATaskThatDoesNotWantToEnd() {
        master.launch(ownTask("t1", "trap '' TERM; echo deaf; while true; do sleep 0.2; done"));
        awaitLines("t1", STARTING, RUNNING);
        // it runs as soon as there is a process, which may not have come to its trap yet
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(latest("t1").resolve("stdout")).hasContent("deaf"));

        master.kill("t1", policy(Duration.ofMillis(500)));

        awaitLines("t1", STARTING, RUNNING, "TASK_KILLED 'Command terminated with signal Killed' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldKillATaskBeforeItRuns() {
        master.launch(ownTask("t1", "sleep 1000"));
        master.kill("t1", null);

        await().atMost(PATIENCE).until(() -> hasEnded("t1"));
        assertThat(lastState("t1")).isEqualTo("TASK_KILLED");
    }

    @Test
    void shouldEndATaskThatHadItsTime() {
        master.launch(ownTask("t1", "sleep 1000").toBuilder()
                .setMaxCompletionTime(DurationInfo.newBuilder().setNanoseconds(200_000_000))
                .build());

        awaitLines(
                "t1",
                STARTING,
                RUNNING,
                "TASK_FAILED 'Command terminated with signal Terminated' SOURCE_EXECUTOR"
                        + " REASON_MAX_COMPLETION_TIME_REACHED [CS]");
    }

    @Test
    void shouldRunAsAnotherUserAndRefuseOneThatDoesNotExist() throws IOException {
        assumeTrue(isRoot(), "only root may run tasks as another user");
        makePassable();
        master.launch(task("t1", CommandInfo.newBuilder().setValue("id -un").setUser("nobody"))
                .build());
        master.launch(task("t2", CommandInfo.newBuilder().setValue("true").setUser("nosuchuser"))
                .build());

        awaitEnd("t1", "TASK_FINISHED");
        assertThat(latest("t1").resolve("stdout")).hasContent("nobody");
        assertThat(Files.getOwner(latest("t1").toRealPath()).getName()).isEqualTo("nobody");
        await().atMost(PATIENCE).until(() -> hasEnded("t2"));
        assertThat(master.linesOf("t2"))
                .singleElement()
                .asString()
                .matches("TASK_LOST 'Failed to create executor directory"
                        + " '.*': Failed to chown directory to 'nosuchuser': No such user 'nosuchuser'' SOURCE_AGENT"
                        + " REASON_EXECUTOR_TERMINATED");
    }

    @Test
    void shouldFindItsTasksAgain() throws Exception {
        master.launch(ownTask("t1", "sleep 1000"));
        awaitLines("t1", STARTING, RUNNING);
        long pid = pidOf("t1");

        agent().close(true);
        assertThat(isAlive(pid)).isTrue();
        startAgent();

        assertThat(lastRegister().getTasksList())
                .singleElement()
                .matches(report -> report.getState().name().equals("TASK_RUNNING"));
        assertThat(lastRegister().getInfo().getId().getValue()).isEqualTo(AgentFixture.AGENT);
        master.kill("t1", null);
        awaitEnd("t1", "TASK_KILLED");
        assertThat(pidOf("t1")).isEqualTo(pid);
        assertThat(isAlive(pid)).isFalse();
    }

    @Test
    void shouldReportAnExitThatItMissed() throws Exception {
        Path gate = directory.resolve("gate");
        master.launch(ownTask("t1", "until [ -e " + gate + " ]; do sleep 0.05; done; exit 7"));
        awaitLines("t1", STARTING, RUNNING);
        long pid = pidOf("t1");
        agent().close(true);
        Files.createFile(gate);
        await().atMost(PATIENCE).until(() -> !isAlive(pid));

        startAgent();

        awaitLines("t1", STARTING, RUNNING, "TASK_FAILED 'Command exited with status 7' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldEndItsTasksWhenItIsClosed() {
        master.launch(ownTask("t1", "sleep 1000"));
        awaitLines("t1", STARTING, RUNNING);
        long pid = pidOf("t1");

        agent().close();

        assertThat(isAlive(pid)).isFalse();
    }

    @Test
    void shouldLeaveNoThreadBehind() {
        master.launch(ownTask("t1", "true"));
        awaitEnd("t1", "TASK_FINISHED");

        agent().close();
        agent().close(true);

        await().atMost(PATIENCE)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("n1-")));
    }

    @Test
    void shouldSendAgainWhatWasNotAcknowledgedWhenItComesBack() {
        master.acknowledge(false);
        master.launch(ownTask("t1", "true"));
        awaitLines("t1", STARTING);

        master.cut();
        await().atMost(PATIENCE).until(() -> master.repeated() == 1);
        master.acknowledge(true);
        master.cut();

        awaitLines("t1", STARTING, RUNNING, "TASK_FINISHED 'Command exited with status 0' SOURCE_EXECUTOR [CS]");
        assertThat(lastRegister().getTasksCount()).isEqualTo(1);
    }

    @Test
    void shouldSayWhyItWasRefused() throws Exception {
        agent().close();
        master.refuse("marked gone");

        AgentService refused = AgentService.start(config());
        service = refused;

        assertThatThrownBy(() -> refused.admitted().get(30, TimeUnit.SECONDS))
                .hasMessageContaining("agent n1 was refused: marked gone");
        assertThat(refused.ended()).isNotDone();
    }

    @Test
    void shouldEndWithItsDiskAndLeaveTheTasksAlone() throws Exception {
        master.launch(ownTask("t1", "sleep 1000"));
        awaitLines("t1", STARTING, RUNNING);
        long pid = pidOf("t1");

        agent().checkpoint().close();
        master.launch(ownTask("t2", "true"));

        assertThatThrownBy(() -> agent().ended().get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
        assertThat(isAlive(pid)).isTrue();
        assertThat(master.updatesOf("t2")).isEmpty();
        await().atMost(PATIENCE).until(() -> !master.isConnected());
    }

    @Test
    void shouldRefuseADirectoryThatIsInUse() throws IOException {
        AgentServiceConfig same = config();

        assertThatThrownBy(() -> AgentService.start(same))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void shouldDeleteTheSandboxesOfEndedTasksAlone() throws Exception {
        master.launch(ownTask("ended", "true"));
        awaitEnd("ended", "TASK_FINISHED");
        master.launch(ownTask("found", "sleep 1000"));
        awaitLines("found", STARTING, RUNNING);

        startAgain(sandboxes.withCollecting(Duration.ZERO, 0, Duration.ofMillis(20)));
        master.launch(ownTask("fresh", "sleep 1000"));
        awaitLines("fresh", STARTING, RUNNING);
        master.launch(ownTask("late", "true"));
        awaitEnd("late", "TASK_FINISHED");
        master.launch(ownTask(
                "unfit",
                CommandInfo.newBuilder()
                        .setValue("true")
                        .addUris(CommandInfo.URI.newBuilder().setValue("/no/such/file"))));
        awaitEnd("unfit", "TASK_FAILED");

        for (String gone : List.of("ended", "late", "unfit")) {
            await().atMost(PATIENCE).until(() -> !Files.exists(latest(gone)));
        }
        assertThat(agent().sandboxesRemoved()).isEqualTo(3);
        Path found = latest("found").toRealPath();
        assertThat(found).isDirectory();
        assertThat(latest("fresh").toRealPath()).isDirectory();
        master.kill("found", null);
        await().atMost(PATIENCE).until(() -> !Files.exists(found));
        assertThat(latest("fresh").toRealPath()).isDirectory();
    }

    @Test
    void shouldKeepTheStateOfContainersElsewhereAsLongAsThereIsSome() throws Exception {
        Path run = directory.resolve("run");
        runtimeDir = Optional.of(run);
        startAgain(sandboxes);
        master.launch(ownTask("t1", "exec sleep 1000"));
        awaitLines("t1", STARTING, RUNNING);
        String container = latest("t1").toRealPath().getFileName().toString();
        assertThat(run.resolve("incarnation-1").resolve(container)).isDirectory();

        startAgain(sandboxes);
        agent().close(true);
        runtimeDir = Optional.empty();
        assertThatThrownBy(() -> AgentService.start(config())).hasMessageContaining("containers [" + container + "]");

        runtimeDir = Optional.of(run);
        startAgent();
        master.kill("t1", null);
        awaitEnd("t1", "TASK_KILLED");
        // until its end was acknowledged, it is kept
        await().atMost(PATIENCE)
                .until(() -> !Files.exists(run.resolve("incarnation-1").resolve(container)));
        agent().close();
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void shouldKeepWhatTasksWriteWithinBounds() throws Exception {
        startAgain(sandboxes.withOutput(1 << 16, 1 << 16));
        Path gate = directory.resolve("gate");
        master.launch(
                ownTask("t1", "seq 1000000; until [ -e " + gate + " ]; do sleep 0.05; done; seq 1000001 2000000"));
        awaitLines("t1", STARTING, RUNNING);
        Path stdout = latest("t1").toRealPath().resolve("stdout");
        await().atMost(PATIENCE).until(() -> Files.exists(stdout) && Files.size(stdout) > 0 && firstByte(stdout) == 0);

        startAgain(sandboxes);
        Files.createFile(gate);
        awaitEnd("t1", "TASK_FINISHED");

        long keptFrom = sandboxes.outputs().keptFrom(List.of("stdout"), Files.size(stdout));
        await().atMost(PATIENCE).until(() -> byteAt(stdout, keptFrom - 1) == 0);
        assertThat(byteAt(stdout, keptFrom)).isNotZero();
        assertThat(Files.size(stdout)).isEqualTo(14_888_896);
    }

    private static int firstByte(Path file) throws IOException {
        return byteAt(file, 0);
    }

    private static int byteAt(Path file, long offset) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(offset);
            return in.read();
        }
    }

    @Test
    void shouldEndATaskThatTakesMoreOfTheDiskThanItHas() throws Exception {
        startAgain(sandboxes.withContainerDisk(Duration.ofMillis(50), true));

        master.launch(ownTask("t1", "head -c 3M /dev/zero >large; exec sleep 1000").toBuilder()
                .addResources(Resource.newBuilder()
                        .setName("disk")
                        .setType(Value.Type.SCALAR)
                        .setScalar(Value.Scalar.newBuilder().setValue(2)))
                .build());

        awaitEnd("t1", "TASK_FAILED");
        List<TaskStatus> updates = master.updatesOf("t1");
        TaskStatus last = updates.get(updates.size() - 1);
        assertThat(last.getReason()).isEqualTo(TaskStatus.Reason.REASON_CONTAINER_LIMITATION_DISK);
        assertThat(last.getMessage()).matches("Disk usage \\(\\d+[KM]B\\) exceeds quota \\(2MB\\)");
    }

    /** Listens on any port of the loopback, which it says, until somebody ends it. */
    static final class Listener {
        private Listener() {}

        public static void main(String[] arguments) throws Exception {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                System.out.println(socket.getLocalPort());
                socket.accept();
            }
        }
    }

    private static TaskInfo listener(String id, int firstPort, int lastPort) {
        String classes = Listener.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        CommandInfo.Builder command = CommandInfo.newBuilder()
                .setShell(false)
                .setValue(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .addAllArguments(List.of("java", "-XX:TieredStopAtLevel=1", "-cp", classes, Listener.class.getName()));
        return ownTask(id, command).toBuilder()
                .addResources(Resource.newBuilder()
                        .setName("ports")
                        .setType(Value.Type.RANGES)
                        .setRanges(Value.Ranges.newBuilder()
                                .addRange(Value.Range.newBuilder()
                                        .setBegin(firstPort)
                                        .setEnd(lastPort))))
                .build();
    }

    private String output(String task) throws IOException {
        Path stdout = latest(task).resolve("stdout");
        return Files.exists(stdout) ? Files.readString(stdout) : "";
    }

    @Test
    void shouldEndATaskThatListensOnAPortThatIsNotItsOwn() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/net/tcp")), "this host has no /proc of Linux");
        startAgain(
                "network/ports",
                PortsSettings.DEFAULT.withWatchInterval(Duration.ofMillis(50)).withEnforced(true));
        master.launch(listener("own", 1, 65_535));
        awaitLines("own", STARTING, RUNNING);
        await().atMost(PATIENCE).until(() -> output("own").endsWith("\n"));

        master.launch(listener("stranger", 1, 1));

        awaitEnd("stranger", "TASK_FAILED");
        List<TaskStatus> updates = master.updatesOf("stranger");
        TaskStatus last = updates.get(updates.size() - 1);
        assertThat(last.getReason()).isEqualTo(TaskStatus.Reason.REASON_CONTAINER_LIMITATION);
        assertThat(last.getMessage())
                .as("it may be ended before it has said which port it was given")
                .matches("Container \\S+ is listening on unallocated port\\(s\\): \\[(\\d+)-\\1\\]");
        awaitLines("own", STARTING, RUNNING);
    }

    @Test
    void shouldTellWhatItsContainersUse() throws Exception {
        startAgain(sandboxes.withContainerDisk(Duration.ofMillis(50), false));
        master.launch(ownTask("ended", "true"));
        awaitEnd("ended", "TASK_FINISHED");
        master.launch(ownTask("t1", "echo hello; exec sleep 1000").toBuilder()
                .addResources(resource("mem", 64))
                .addResources(resource("disk", 10))
                .build());
        awaitLines("t1", STARTING, RUNNING);
        await().atMost(PATIENCE).until(() -> onlyReport().statistics().hasDiskUsedBytes());

        for (int start = 0; start < 2; start++) {
            ContainerReport report = onlyReport();

            assertThat(report.frameworkId()).isEqualTo(AgentFixture.FRAMEWORK);
            assertThat(report.executorId()).isEqualTo("t1");
            assertThat(report.executorName())
                    .isEqualTo("Command Executor (Task: t1) (Command: sh -c 'echo hello; ...')");
            assertThat(report.status().getExecutorPid()).isEqualTo((int) pidOf("t1"));
            assertThat(latest("t1").toRealPath())
                    .endsWith(Path.of(report.status().getContainerId().getValue()));
            ResourceStatistics statistics = report.statistics();
            assertThat(statistics.getTimestamp()).isCloseTo(System.currentTimeMillis() / 1e3, within(30.0));
            assertThat(statistics.getCpusUserTimeSecs() + statistics.getCpusSystemTimeSecs())
                    .isBetween(0.0, 30.0);
            assertThat(statistics.hasCpusUserTimeSecs()).isTrue();
            assertThat(statistics.getCpusSoftLimit()).isEqualTo(0.5);
            assertThat(statistics.hasCpusLimit()).isFalse();
            assertThat(statistics.getMemRssBytes()).isBetween(10_000L, 64L << 20);
            assertThat(statistics.getMemLimitBytes()).isEqualTo(64 << 20);
            assertThat(statistics.getMemSoftLimitBytes()).isEqualTo(64 << 20);
            assertThat(statistics.hasMemTotalBytes()).isEqualTo(isolates("cgroups/mem"));
            assertThat(statistics.getDiskLimitBytes()).isEqualTo(10 << 20);
            startAgain(sandboxes);
        }
        agent().close();
        assertThatThrownBy(() -> agent().containers())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the agent has ended");
    }

    private ContainerReport onlyReport() throws IOException {
        List<ContainerReport> reports = agent().containers();
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    private static Resource.Builder resource(String name, double value) {
        return Resource.newBuilder()
                .setName(name)
                .setType(Value.Type.SCALAR)
                .setScalar(Value.Scalar.newBuilder().setValue(value));
    }

    @Test
    void shouldRunManyTasks() {
        for (int i = 0; i < 200; i++) {
            master.launch(ownTask("t" + i, "true"));
        }

        for (int i = 0; i < 200; i++) {
            awaitEnd("t" + i, "TASK_FINISHED");
        }
        await().atMost(PATIENCE).until(() -> agent().counters().tasks() == 0);
        assertThat(agent().counters().checkpointForces()).isLessThan(1_200);
    }

    private static TaskInfo ownTask(String id, String command) {
        return ownTask(id, CommandInfo.newBuilder().setValue(command));
    }

    private static TaskInfo ownTask(String id, CommandInfo.Builder command) {
        return task(id, command.setUser(System.getProperty("user.name"))).build();
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /** A temporary directory is its owner's alone. */
    private void makePassable() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    private Register lastRegister() {
        List<Register> registers = master.registers();
        return registers.get(registers.size() - 1);
    }

    private Path latest(String task) {
        return directory
                .resolve("sandboxes/slaves")
                .resolve(AgentFixture.AGENT)
                .resolve("frameworks")
                .resolve(AgentFixture.FRAMEWORK)
                .resolve("executors")
                .resolve(task)
                .resolve("runs/latest");
    }

    private List<Path> containers() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory.resolve("agent/containers"), Files::isDirectory)) {
            files.forEach(found::add);
        }
        return found;
    }

    private long pidOf(String task) {
        List<TaskStatus> updates = master.updatesOf(task);
        return updates.get(updates.size() - 1).getContainerStatus().getExecutorPid();
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private boolean hasEnded(String task) {
        return master.updatesOf(task).stream().anyMatch(status -> Statuses.isTerminal(status.getState()));
    }

    private String lastState(String task) {
        List<TaskStatus> updates = master.updatesOf(task);
        return updates.get(updates.size() - 1).getState().name();
    }

    private void awaitEnd(String task, String state) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> hasEnded(task));
        assertThat(lastState(task)).isEqualTo(state);
    }

    private void awaitLines(String task, String... lines) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(master.linesOf(task)).containsExactly(lines));
    }
}
