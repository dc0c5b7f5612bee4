package dev.polder.agent;

import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.agent.AgentVictim.Place;
import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.Image;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks in images from a registry, on an agent with a real runtime. Needs root and runc. */
@Tag("slow")
class ImageTaskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STARTING = "TASK_STARTING SOURCE_EXECUTOR [CS]";
    private static final String RUNNING = "TASK_RUNNING SOURCE_EXECUTOR [CS]";

    @TempDir
    private Path directory;

    private FakeMaster master;
    private HttpClient client;
    private LoopbackRegistry registry;
    private @Nullable AgentService agent;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root runs containers of images");
        assumeTrue(LoopbackRegistry.canBeMade(), "no busybox on this host");
        assumeTrue(
                Stream.of("/usr/sbin/runc", "/usr/bin/runc").anyMatch(file -> Files.isExecutable(Path.of(file))),
                "no runc on this host");
        master = FakeMaster.start();
        client = HttpClient.start(HttpClientConfig.defaults("image-test-client"));
        registry = new LoopbackRegistry();
    }

    @AfterEach
    void leavesNothing() throws IOException {
        if (registry == null) {
            return; // skipped
        }
        registry.close();
        if (agent != null) {
            agent.close();
        }
        client.close();
        master.close();
        for (String place : List.of("bundles", "roots", "runtime", "store/holds", "store/tmp")) {
            assertThat(directory.resolve("agent/images").resolve(place)).isEmptyDirectory();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains("--bundle " + directory)))
                .isEmpty();
    }

    private AgentService start() throws Exception {
        AgentService started =
                AgentService.start(AgentVictim.config(directory, client, master.address(), AgentProbe.none()));
        agent = started;
        started.admitted().get(30, TimeUnit.SECONDS);
        return started;
    }

    private TaskInfo inImage(String tag, String command) {
        return task(
                        "t1",
                        CommandInfo.newBuilder()
                                .setShell(false)
                                .addArguments(command)
                                .setUser("root"))
                .setContainer(ContainerInfo.newBuilder()
                        .setType(ContainerInfo.Type.MESOS)
                        .setMesos(ContainerInfo.MesosInfo.newBuilder()
                                .setImage(Image.newBuilder()
                                        .setType(Image.Type.DOCKER)
                                        .setDocker(Image.Docker.newBuilder().setName(registry.image(tag))))))
                .build();
    }

    private void awaitLines(String... lines) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(master.linesOf("t1")).containsExactly(lines));
    }

    @Test
    void shouldRunATaskInAnImageFromARegistry() throws Exception {
        start();

        master.launch(inImage("1", "echo in $MESOS_SANDBOX; cat /proc/1/comm; [ -e /bin/busybox ] && exit 3"));

        awaitLines(STARTING, RUNNING, "TASK_FAILED 'Command exited with status 3' SOURCE_EXECUTOR [CS]");
        assertThat(AgentVictim.sandbox(directory).resolve("stdout")).content().startsWith("in /mnt/mesos/sandbox\n");
        assertThat(AgentVictim.sandbox(directory).resolve("stderr")).isEmptyFile();
    }

    @Test
    void shouldSayWhyAnImageCannotBeHad() throws Exception {
        start();

        master.launch(inImage("absent", "true"));

        await().atMost(PATIENCE).until(() -> !master.updatesOf("t1").isEmpty());
        assertThat(master.linesOf("t1"))
                .singleElement()
                .asString()
                .matches("TASK_FAILED 'Failed to launch container: .*/test/busybox/manifests/absent answers 404'"
                        + " SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldKillATaskWhoseImageIsOnItsWay() throws Exception {
        start();
        registry.stall();
        master.launch(inImage("1", "true"));
        assertThat(registry.stalled.await(60, TimeUnit.SECONDS)).isTrue();

        master.kill("t1", null);

        awaitLines(
                "TASK_KILLED 'Killed before delivery to the executor' SOURCE_AGENT REASON_TASK_KILLED_DURING_LAUNCH");
        registry.close();
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(directory.resolve("agent/images/store/tmp")).isEmptyDirectory());
    }

    @Test
    void shouldKillATaskInAnImage() throws Exception {
        start();
        master.launch(inImage("1", "sleep 1000"));
        awaitLines(STARTING, RUNNING);

        master.kill("t1", null);

        awaitLines(STARTING, RUNNING, "TASK_KILLED 'Command terminated with signal Terminated' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldCheckATasksHealthInItsImage() throws Exception {
        start();
        HealthCheck check = HealthCheck.newBuilder()
                .setType(HealthCheck.Type.COMMAND)
                .setCommand(CommandInfo.newBuilder().setValue("grep -q ^well$ /health"))
                .setDelaySeconds(0)
                .setIntervalSeconds(0.05)
                .setGracePeriodSeconds(0)
                .setConsecutiveFailures(1)
                .build();
        master.launch(
                inImage("1", "echo well >/health; until [ -e gate ]; do sleep 0.1; done; rm /health; sleep 1000")
                        .toBuilder()
                        .setHealthCheck(check)
                        .build());
        await().atMost(PATIENCE).until(() -> master.updatesOf("t1").stream().anyMatch(TaskStatus::getHealthy));

        Files.createFile(AgentVictim.sandbox(directory).resolve("gate"));

        await().atMost(PATIENCE)
                .until(() -> master.updatesOf("t1").stream()
                        .anyMatch(status -> status.getState() == TaskState.TASK_KILLED && !status.getHealthy()));
    }

    @Test
    void shouldEndItsTasksAndLeaveNothingWhenItIsClosed() throws Exception {
        start();
        master.launch(inImage("1", "trap '' TERM; while true; do sleep 0.1; done"));
        awaitLines(STARTING, RUNNING);

        agent.close();
    }

    @Test
    void shouldFindATaskAgainWhoseAgentWasKilled() throws Exception {
        Process victim = AgentVictim.start(directory, master.address().getPort(), Place.RUNNING);
        try {
            await().atMost(PATIENCE).until(master::isConnected);
            master.launch(inImage(
                    "1", "echo ready; until [ -e /mnt/mesos/sandbox/gate ]; do sleep 0.1; done; echo bye; exit 0"));
            await().atMost(PATIENCE).until(() -> Files.exists(AgentVictim.reachedFile(directory)));
            await().atMost(PATIENCE)
                    .until(() -> Files.exists(AgentVictim.sandbox(directory).resolve("stdout"))
                            && Files.readString(AgentVictim.sandbox(directory).resolve("stdout"))
                                    .equals("ready\n"));
        } finally {
            victim.destroyForcibly().waitFor();
        }

        start();
        Files.createFile(AgentVictim.sandbox(directory).resolve("gate"));

        await().atMost(PATIENCE)
                .until(() ->
                        master.updatesOf("t1").stream().anyMatch(status -> Statuses.isTerminal(status.getState())));
        assertThat(master.updatesOf("t1").stream().map(TaskStatus::getState))
                .containsExactly(TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_FINISHED);
        assertThat(AgentVictim.sandbox(directory).resolve("stdout")).hasContent("ready\nbye");
    }
}
