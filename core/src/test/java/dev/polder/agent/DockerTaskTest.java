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
import dev.polder.wire.proto.Mesos.ContainerInfo.DockerInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.Mesos.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks with containers of the type DOCKER on an agent with a real engine. Needs root, dockerd and docker. */
@Tag("slow")
@Timeout(180)
class DockerTaskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STARTING = "TASK_STARTING SOURCE_EXECUTOR [CS]";
    private static final String RUNNING = "TASK_RUNNING SOURCE_EXECUTOR [CS]";
    private static final String READY = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done";

    @TempDir
    private static Path engineDirectory;

    private static @Nullable LoopbackDockerd dockerd;

    @TempDir
    private Path directory;

    private FakeMaster master;
    private HttpClient client;
    private @Nullable AgentService agent;

    @BeforeAll
    static void startEngine() throws IOException, InterruptedException {
        assumeTrue(LoopbackDockerd.canRun(), "no dockerd, docker and busybox for root on this host");
        dockerd = LoopbackDockerd.start(engineDirectory.resolve("docker.sock"));
    }

    @AfterAll
    static void stopEngine() throws IOException, InterruptedException {
        if (dockerd != null) {
            dockerd.stop();
        }
    }

    @BeforeEach
    void open() throws Exception {
        Path socket = AgentVictim.engine(directory);
        Files.createSymbolicLink(socket.getParent(), engineDirectory);
        master = FakeMaster.start();
        client = HttpClient.start(HttpClientConfig.defaults("docker-test-client"));
    }

    @AfterEach
    void leavesNothing() throws Exception {
        if (agent != null) {
            agent.close();
        }
        client.close();
        master.close();
        assertThat(dockerd.hasContainers()).isFalse();
        assertThat(directory.resolve("agent/docker/containers")).isEmptyDirectory();
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains("--config " + directory)))
                .isEmpty();
    }

    private AgentService start() throws Exception {
        AgentService started =
                AgentService.start(AgentVictim.config(directory, client, master.address(), AgentProbe.none()));
        agent = started;
        started.admitted().get(30, TimeUnit.SECONDS);
        return started;
    }

    private static TaskInfo.Builder shell(String image, String command, Volume... volumes) {
        ContainerInfo.Builder container = ContainerInfo.newBuilder()
                .setType(ContainerInfo.Type.DOCKER)
                .setDocker(DockerInfo.newBuilder().setImage(image).setNetwork(DockerInfo.Network.NONE));
        for (Volume volume : volumes) {
            container.addVolumes(volume);
        }
        return task("t1", CommandInfo.newBuilder().setValue(command).setUser("root"))
                .setContainer(container);
    }

    private static TaskInfo.Builder shell(String command) {
        return shell(LoopbackDockerd.IMAGE, command);
    }

    private void awaitLines(String... lines) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(master.linesOf("t1")).containsExactly(lines));
    }

    private void awaitReady() {
        await().atMost(PATIENCE)
                .until(() -> Files.exists(AgentVictim.sandbox(directory).resolve("stdout"))
                        && Files.readString(AgentVictim.sandbox(directory).resolve("stdout"))
                                .equals("ready\n"));
    }

    @Test
    void shouldRunATaskInAContainerOfTheEngine() throws Exception {
        AgentService started = start();
        Volume inSandbox = Volume.newBuilder()
                .setContainerPath("/data")
                .setHostPath("kept")
                .setMode(Volume.Mode.RW)
                .build();

        master.launch(shell(
                        LoopbackDockerd.IMAGE,
                        "echo in $MESOS_SANDBOX; echo kept > /data/x; echo err >&2; [ -e /bin/busybox ] && exit 3",
                        inSandbox)
                .build());

        awaitLines(STARTING, RUNNING, "TASK_FAILED 'Container exited with status 3' SOURCE_EXECUTOR [CS]");
        assertThat(AgentVictim.sandbox(directory).resolve("stdout")).hasContent("in /mnt/mesos/sandbox");
        assertThat(AgentVictim.sandbox(directory).resolve("stderr")).hasContent("err");
        assertThat(AgentVictim.sandbox(directory).resolve("kept/x")).hasContent("kept");
        assertThat(started.attributes().toString()).contains("docker/volume,docker");
    }

    @Test
    void shouldSayWhyAnImageCannotBeHad() throws Exception {
        start();

        master.launch(shell("127.0.0.1:1/absent", "true").build());

        await().atMost(PATIENCE).until(() -> !master.updatesOf("t1").isEmpty());
        assertThat(master.linesOf("t1"))
                .singleElement()
                .asString()
                .startsWith("TASK_FAILED 'Failed to launch container: Failed to pull image '127.0.0.1:1/absent': ")
                .contains("connection refused")
                .endsWith("' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldPullAnewWhatIsToBePulledAlways() throws Exception {
        start();
        TaskInfo.Builder wanted = shell("true");
        wanted.getContainerBuilder().getDockerBuilder().setForcePullImage(true);

        master.launch(wanted.build());

        await().atMost(PATIENCE).until(() -> !master.updatesOf("t1").isEmpty());
        assertThat(master.linesOf("t1").get(0)).contains("Failed to pull image 'polder/busybox:1'");
    }

    @Test
    void shouldKillATask() throws Exception {
        start();
        master.launch(shell(READY).build());
        awaitReady();

        master.kill("t1", null);

        awaitLines(STARTING, RUNNING, "TASK_KILLED 'Container exited with status 7' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldEndItsTasksAndLeaveNothingWhenItIsClosed() throws Exception {
        start();
        master.launch(
                shell("trap '' TERM; echo ready; while :; do sleep 0.05; done").build());
        awaitReady();

        agent.close();
    }

    @Test
    void shouldTellThatMemoryWasOut() throws Exception {
        start();

        master.launch(shell("tail /dev/zero").build());

        awaitLines(
                STARTING,
                RUNNING,
                "TASK_FAILED 'Memory limit exceeded: the kernel killed a process of the container, which ended with 137'"
                        + " SOURCE_AGENT REASON_CONTAINER_LIMITATION_MEMORY");
    }

    @Test
    void shouldMeasureATask() throws Exception {
        AgentService started = start();
        master.launch(shell(READY).build());
        awaitReady();

        assertThat(started.containers())
                .singleElement()
                .satisfies(report ->
                        assertThat(report.statistics().getMemTotalBytes()).isPositive());
    }

    @Test
    void shouldFindATaskAgainWhoseAgentWasKilled() throws Exception {
        Process victim = AgentVictim.start(directory, master.address().getPort(), Place.RUNNING);
        try {
            await().atMost(PATIENCE).until(master::isConnected);
            master.launch(
                    shell("echo ready; until [ -e /mnt/mesos/sandbox/gate ]; do sleep 0.1; done; echo bye; exit 5")
                            .build());
            await().atMost(PATIENCE).until(() -> Files.exists(AgentVictim.reachedFile(directory)));
            awaitReady();
        } finally {
            victim.destroyForcibly().waitFor();
        }

        start();
        Files.createFile(AgentVictim.sandbox(directory).resolve("gate"));

        await().atMost(PATIENCE)
                .until(() ->
                        master.updatesOf("t1").stream().anyMatch(status -> Statuses.isTerminal(status.getState())));
        assertThat(master.updatesOf("t1").stream().map(TaskStatus::getState))
                .containsExactly(TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_FAILED);
        assertThat(master.linesOf("t1").get(2)).contains("'Container exited with status 5'");
        assertThat(AgentVictim.sandbox(directory).resolve("stdout")).hasContent("ready\nbye");
    }
}
