package dev.polder.agent;

import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.agent.AgentVictim.Place;
import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.LaunchProbe;
import dev.polder.isolation.host.VolumeSettings;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.Image;
import dev.polder.wire.proto.Mesos.Label;
import dev.polder.wire.proto.Mesos.Labels;
import dev.polder.wire.proto.Mesos.NetworkInfo;
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

/** Tasks with a network of their own, on an agent with a real kernel, by a plug-in that leaves the host's alone. Needs root. */
@Tag("slow")
class NetworkTaskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STARTING = "TASK_STARTING SOURCE_EXECUTOR [CS]";
    private static final String RUNNING = "TASK_RUNNING SOURCE_EXECUTOR [CS]";
    private static final String FINISHED = "TASK_FINISHED 'Command exited with status 0' SOURCE_EXECUTOR [CS]";
    private static final String WAITING = "echo ready; until [ -e $MESOS_SANDBOX/gate ]; do sleep 0.05; done; exit 0";
    private static final NetworkInfo PLOT = NetworkInfo.newBuilder()
            .setName("plot")
            .setLabels(Labels.newBuilder()
                    .addLabels(Label.newBuilder().setKey("tier").setValue("web")))
            .build();
    private static final List<NetworkInfo> GIVEN = List.of(PLOT.toBuilder()
            .addIpAddresses(TaskNetworks.address(TestNetwork.ADDRESS))
            .build());

    @TempDir
    private Path directory;

    private FakeMaster master;
    private HttpClient client;
    private @Nullable AgentService agent;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root attaches containers to networks");
        directory = directory.toRealPath();
        TestNetwork.make(directory);
        master = FakeMaster.start();
        client = HttpClient.start(HttpClientConfig.defaults("network-test-client"));
    }

    @AfterEach
    void leavesNothing() throws IOException {
        if (client == null) {
            return; // skipped
        }
        if (agent != null) {
            agent.close();
        }
        client.close();
        master.close();
        for (String place : List.of("containers", "namespaces", "cni/attachments")) {
            assertThat(directory.resolve("agent/network").resolve(place)).isEmptyDirectory();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    private AgentService start() throws Exception {
        AgentService started = AgentService.start(AgentVictim.config(
                directory,
                client,
                master.address(),
                AgentProbe.none(),
                VolumeSettings.DEFAULT,
                TestNetwork.settings(directory)));
        agent = started;
        started.admitted().get(30, TimeUnit.SECONDS);
        return started;
    }

    private static TaskInfo.Builder in(NetworkInfo network, String command) {
        return task("t1", CommandInfo.newBuilder().setValue(command).setUser("root"))
                .setContainer(ContainerInfo.newBuilder()
                        .setType(ContainerInfo.Type.MESOS)
                        .addNetworkInfos(network));
    }

    private void awaitLines(String... lines) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(master.linesOf("t1")).containsExactly(lines));
    }

    private List<List<NetworkInfo>> told() {
        return master.updatesOf("t1").stream()
                .map(status -> status.getContainerStatus().getNetworkInfosList())
                .toList();
    }

    @Test
    void shouldTellTheAddressOfATaskAlsoAfterARestart() throws Exception {
        AgentService first = start();
        master.launch(
                in(PLOT, "ip -o -4 addr; cat /etc/resolv.conf; " + WAITING).build());
        awaitLines(STARTING, RUNNING);
        assertThat(first.containers().get(0).status().getNetworkInfosList()).isEqualTo(GIVEN);

        first.close(true);
        AgentService second = start();
        assertThat(second.containers().get(0).status().getNetworkInfosList()).isEqualTo(GIVEN);
        Files.createFile(AgentVictim.sandbox(directory).resolve("gate"));

        awaitLines(STARTING, RUNNING, FINISHED);
        assertThat(told()).containsExactly(GIVEN, GIVEN, GIVEN);
        assertThat(Files.readString(AgentVictim.sandbox(directory).resolve("stdout")))
                .contains("eth0    inet " + TestNetwork.ADDRESS + "/24", "nameserver 198.18.9.53\n");
        assertThat(TestNetwork.told(directory)).contains("\"key\":\"tier\"");
        assertThat(TestNetwork.calls(directory)).containsExactly("ADD eth0", "DEL eth0");
    }

    @Test
    void shouldTellTheAddressOfATaskWhoseAgentWasKilledBeforeItCouldTell() throws Exception {
        Process victim = AgentVictim.start(directory, master.address().getPort(), Place.BEFORE_PID);
        try {
            await().atMost(PATIENCE).until(master::isConnected);
            master.launch(in(PLOT, WAITING).build());
            await().atMost(PATIENCE).until(() -> Files.exists(AgentVictim.reachedFile(directory)));
        } finally {
            victim.destroyForcibly().waitFor();
        }
        String container = Files.readString(AgentVictim.reachedFile(directory));

        LaunchProbe.release(
                directory.resolve("agent/containers"), ContainerId.of(container).orElseThrow());
        start();
        Files.createFile(AgentVictim.sandbox(directory).resolve("gate"));

        awaitLines(STARTING, RUNNING, FINISHED);
        assertThat(told()).containsExactly(GIVEN, GIVEN, GIVEN);
    }

    @Test
    void shouldCheckATaskInItsOwnNetwork() throws Exception {
        start();
        master.launch(in(PLOT, "exec busybox httpd -f -p 80")
                .setHealthCheck(HealthCheck.newBuilder()
                        .setType(HealthCheck.Type.TCP)
                        .setTcp(HealthCheck.TCPCheckInfo.newBuilder().setPort(80))
                        .setDelaySeconds(0)
                        .setIntervalSeconds(0.1)
                        .setGracePeriodSeconds(30))
                .build());

        await().atMost(PATIENCE).until(() -> master.updatesOf("t1").stream().anyMatch(TaskStatus::getHealthy));
        assertThat(told()).allMatch(GIVEN::equals);
        master.kill("t1", null);
        await().atMost(PATIENCE)
                .until(() ->
                        master.updatesOf("t1").stream().anyMatch(status -> status.getState() == TaskState.TASK_KILLED));
    }

    @Test
    void shouldSayWhyATaskIsNotAttached() throws Exception {
        start();

        master.launch(in(PLOT.toBuilder().setName("absent").build(), "true").build());

        awaitLines("TASK_FAILED 'Failed to launch container: network/cni: there is no network 'absent' in " + directory
                + "/networks, which has [plot]' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldAttachATaskInAnImage() throws Exception {
        assumeTrue(LoopbackRegistry.canBeMade(), "no busybox on this host");
        assumeTrue(
                Stream.of("/usr/sbin/runc", "/usr/bin/runc").anyMatch(file -> Files.isExecutable(Path.of(file))),
                "no runc on this host");
        try (LoopbackRegistry registry = new LoopbackRegistry()) {
            start();
            TaskInfo.Builder attached = in(PLOT, "unused");
            attached.getCommandBuilder()
                    .clearValue()
                    .setShell(false)
                    .addArguments("cat /etc/hosts /etc/hostname /etc/resolv.conf /proc/sys/kernel/hostname"
                            + " /proc/net/dev; cat /proc/self/mounts; cd /sys/class/net; echo *; exit 0");
            attached.getContainerBuilder()
                    .setHostname("plot-7")
                    .setMesos(ContainerInfo.MesosInfo.newBuilder()
                            .setImage(Image.newBuilder()
                                    .setType(Image.Type.DOCKER)
                                    .setDocker(Image.Docker.newBuilder().setName(registry.image("1")))));

            master.launch(attached.build());

            awaitLines(STARTING, RUNNING, FINISHED);
        }
        assertThat(told()).containsExactly(GIVEN, GIVEN, GIVEN);
        assertThat(Files.readString(AgentVictim.sandbox(directory).resolve("stdout")))
                .contains("\n198.18.9.2 plot-7\nplot-7\nnameserver 198.18.9.53\nplot-7\n", "  eth0:")
                .endsWith("\neth0 lo\n")
                .containsOnlyOnce(" /etc/hosts ")
                .containsOnlyOnce(" /etc/resolv.conf ");
    }
}
