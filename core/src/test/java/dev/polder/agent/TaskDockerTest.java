package dev.polder.agent;

import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.docker.DockerLimits;
import dev.polder.isolation.docker.DockerMount;
import dev.polder.isolation.docker.DockerNetwork;
import dev.polder.isolation.docker.DockerParameter;
import dev.polder.isolation.docker.DockerPort;
import dev.polder.isolation.docker.DockerRun;
import dev.polder.isolation.engine.DockerTask;
import dev.polder.wire.proto.Mesos.CheckInfo;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo.DockerInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo.DockerInfo.Network;
import dev.polder.wire.proto.Mesos.Environment;
import dev.polder.wire.proto.Mesos.LinuxInfo;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.Parameter;
import dev.polder.wire.proto.Mesos.Parameters;
import dev.polder.wire.proto.Mesos.RLimitInfo;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.TTYInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.Value;
import dev.polder.wire.proto.Mesos.Volume;
import dev.polder.wire.proto.Mesos.Volume.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What an agent makes of a task with a container of the type DOCKER, and how it tells its end. */
class TaskDockerTest {
    private static final DockerInfo.Builder BRIDGE = docker().setNetwork(Network.BRIDGE);

    private final AgentFixture fixture = AgentFixture.registered();

    private static DockerInfo.Builder docker() {
        return DockerInfo.newBuilder().setImage("busybox:1");
    }

    private static ContainerInfo.Builder container(DockerInfo.Builder docker) {
        return ContainerInfo.newBuilder().setType(ContainerInfo.Type.DOCKER).setDocker(docker.build());
    }

    private static TaskInfo.Builder in(ContainerInfo.Builder container) {
        return task("t1", "echo hi").setContainer(container);
    }

    private ContainerSpec launched(TaskInfo.Builder task) {
        fixture.launched(task.build());
        return only(AgentEffect.Launch.class, fixture.effects).get(0).container();
    }

    private DockerRun run(TaskInfo.Builder task) {
        return ((DockerTask) launched(task).engine().orElseThrow()).run();
    }

    private List<String> refusal(TaskInfo.Builder task) {
        fixture.launch(task.build());
        return lines(fixture.acknowledgeAll());
    }

    private void assertNoOptions(TaskInfo.Builder task, String why) {
        assertThat(refusal(task))
                .containsExactly("TASK_FAILED 'Failed to create docker run options: " + why
                        + "' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    private static Volume.Builder volume(String path) {
        return Volume.newBuilder().setContainerPath(path).setMode(Volume.Mode.RW);
    }

    private static DockerInfo.PortMapping.Builder port(int host, int inside) {
        return DockerInfo.PortMapping.newBuilder().setHostPort(host).setContainerPort(inside);
    }

    private static Resource ports(long begin, long end) {
        return Resource.newBuilder()
                .setName("ports")
                .setType(Value.Type.RANGES)
                .setRanges(Value.Ranges.newBuilder()
                        .addRange(Value.Range.newBuilder().setBegin(begin).setEnd(end)))
                .build();
    }

    @Test
    void shouldRunAShellCommandInTheHostsNetwork() {
        ContainerSpec spec = launched(in(container(docker())));
        DockerRun run = ((DockerTask) spec.engine().orElseThrow()).run();

        assertThat(run.image()).isEqualTo("busybox:1");
        assertThat(run.entrypoint()).contains(List.of("/bin/sh"));
        assertThat(run.command()).containsExactly("-c", "echo hi");
        assertThat(run.network()).isEqualTo(DockerNetwork.of(DockerNetwork.Kind.HOST));
        assertThat(run.mounts()).containsExactly(DockerMount.bind(spec.task().sandbox(), "/mnt/mesos/sandbox", false));
        assertThat(run.parameters()).containsExactly(new DockerParameter("log-driver", "none"));
        assertThat(run.privileged()).isFalse();
        assertThat(run.environment())
                .containsOnly(
                        Map.entry("MESOS_SANDBOX", "/mnt/mesos/sandbox"),
                        Map.entry("MESOS_CONTAINER_NAME", "polder-" + spec.id()),
                        Map.entry("MESOS_ALLOCATION_ROLE", "r1"));
        assertThat(only(AgentEffect.PrepareSandbox.class, fixture.effects)
                        .get(0)
                        .engineImage())
                .contains(new TaskDocker.Image("busybox:1", false));
    }

    @Test
    void shouldKeepTheImagesEntrypointForArguments() {
        CommandInfo.Builder command = CommandInfo.newBuilder()
                .setShell(false)
                .setValue("serve")
                .addArguments("--fast")
                .setEnvironment(Environment.newBuilder()
                        .addVariables(Environment.Variable.newBuilder()
                                .setName("COLOUR")
                                .setValue("red"))
                        .addVariables(Environment.Variable.newBuilder()
                                .setName("MESOS_SANDBOX")
                                .setValue("/mine")));

        DockerRun run = run(task("t1", command).setContainer(container(docker().setForcePullImage(true))));

        assertThat(run.entrypoint()).isEmpty();
        assertThat(run.command()).containsExactly("serve", "--fast");
        assertThat(run.environment())
                .containsEntry("COLOUR", "red")
                .containsEntry("MESOS_SANDBOX", "/mnt/mesos/sandbox");
        assertThat(only(AgentEffect.PrepareSandbox.class, fixture.effects)
                        .get(0)
                        .engineImage())
                .contains(new TaskDocker.Image("busybox:1", true));
    }

    @Test
    void shouldSayWhatTheContainerIsToHave() {
        DockerInfo.Builder docker = BRIDGE.clone()
                .setPrivileged(true)
                .addPortMappings(port(31000, 80))
                .addPortMappings(port(31001, 53).setProtocol("UDP"))
                .addParameters(Parameter.newBuilder().setKey("log-driver").setValue("json-file"));

        DockerRun run = run(in(container(docker).setHostname("plot-7"))
                .addResources(ports(31000, 31001))
                .putLimits("cpus", Value.Scalar.newBuilder().setValue(2).build())
                .putLimits(
                        "mem",
                        Value.Scalar.newBuilder()
                                .setValue(Double.POSITIVE_INFINITY)
                                .build()));

        assertThat(run.privileged()).isTrue();
        assertThat(run.network()).isEqualTo(DockerNetwork.of(DockerNetwork.Kind.BRIDGE));
        assertThat(run.ports()).containsExactly(new DockerPort(31000, 80, "tcp"), new DockerPort(31001, 53, "udp"));
        assertThat(run.surroundings().hostname()).contains("plot-7");
        assertThat(run.surroundings().user()).isEmpty();
        assertThat(run.parameters()).containsExactly(new DockerParameter("log-driver", "json-file"));
        DockerLimits limits = run.limits().orElseThrow();
        assertThat(limits.cpuMillisMax()).isEqualTo(OptionalLong.of(2000));
        assertThat(limits.memoryBytesMax()).isEmpty();
    }

    @Test
    void shouldJoinANetworkOfAUsers() {
        ContainerInfo.Builder container = container(docker().setNetwork(Network.USER))
                .addNetworkInfos(NetworkInfo.newBuilder().setName("tulips"));

        assertThat(run(in(container)).network()).isEqualTo(DockerNetwork.user("tulips"));
    }

    @Test
    void shouldMountVolumes() {
        ContainerSpec spec = launched(in(container(docker().setVolumeDriver("nfs"))
                .addVolumes(volume("/a").setHostPath("/srv/a").setMode(Volume.Mode.RO))
                .addVolumes(volume("b").setHostPath("/srv/b"))
                .addVolumes(volume("/c").setHostPath("data"))
                .addVolumes(volume("/d")
                        .setSource(Source.newBuilder()
                                .setType(Source.Type.DOCKER_VOLUME)
                                .setDockerVolume(Source.DockerVolume.newBuilder()
                                        .setName("own")
                                        .setDriver("local"))))));

        assertThat(((DockerTask) spec.engine().orElseThrow()).run().mounts())
                .containsExactly(
                        DockerMount.bind(spec.task().sandbox(), "/mnt/mesos/sandbox", false),
                        DockerMount.bind(Path.of("/srv/a"), "/a", true),
                        DockerMount.bind(Path.of("/srv/b"), "/mnt/mesos/sandbox/b", false),
                        DockerMount.volume("data", "/c", false).of("nfs"),
                        DockerMount.volume("own", "/d", false).of("local"));
    }

    @Test
    void shouldMountPartsOfTheSandbox() {
        ContainerSpec spec =
                launched(in(container(docker()).addVolumes(volume("/c").setHostPath("data/x"))));

        assertThat(((DockerTask) spec.engine().orElseThrow()).run().mounts().get(1))
                .isEqualTo(DockerMount.bind(spec.task().sandbox().resolve("data/x"), "/c", false));
    }

    @Test
    void shouldRefuseInMesossWordsWhatIsNoContainer() {
        String invalid = "TASK_ERROR 'Task's `ContainerInfo` is invalid: ";

        assertThat(refusal(task("t1", "true")
                        .setContainer(ContainerInfo.newBuilder().setType(ContainerInfo.Type.DOCKER))))
                .containsExactly(invalid + "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo'"
                        + " SOURCE_AGENT REASON_TASK_INVALID");
        assertThat(refusal(in(container(docker().addParameters(
                                        Parameter.newBuilder().setKey("name").setValue("x"))))
                        .setTaskId(task("t2", "").getTaskId())))
                .containsExactly(
                        invalid + "Parameter in DockerInfo must not be 'name'' SOURCE_AGENT REASON_TASK_INVALID");
    }

    @Test
    void shouldRefuseCommandsWithoutWords() {
        assertNoOptions(
                task("t1", CommandInfo.newBuilder()).setContainer(container(docker())),
                "Shell specified but no command value provided");
    }

    @Test
    void shouldRefusePortsThatAreNotTheTasks() {
        assertNoOptions(
                in(container(docker().addPortMappings(port(31000, 80)))),
                "Port mappings are only supported for bridge and user-defined networks");
        AgentFixture other = AgentFixture.registered();
        other.launch(
                in(container(BRIDGE.clone().addPortMappings(port(31000, 80)))).build());
        assertThat(lines(other.acknowledgeAll()).get(0))
                .contains("'Failed to create docker run options: Port mappings" + " require port resources'");
        AgentFixture third = AgentFixture.registered();
        third.launch(in(container(BRIDGE.clone().addPortMappings(port(31002, 80))))
                .addResources(ports(31000, 31001))
                .build());
        assertThat(lines(third.acknowledgeAll()).get(0)).contains("options: Port [31002] not included in resources'");
    }

    @Test
    void shouldRefuseNetworksThatAreNone() {
        assertNoOptions(in(container(docker().setNetwork(Network.USER))), "No network info found in container info");
    }

    @Test
    void shouldRefuseANameForANetworkOfTheEngine() {
        assertNoOptions(
                in(container(BRIDGE.clone())
                        .addNetworkInfos(NetworkInfo.newBuilder().setName("x"))),
                "network_infos with a name need the network USER, not BRIDGE");
    }

    @Test
    void shouldRefuseAHostnameInTheHostsNetwork() {
        assertNoOptions(in(container(docker()).setHostname("plot")), "Unable to set hostname with host network mode");
    }

    @Test
    void shouldRefuseVolumesThatLeadNowhere() {
        assertNoOptions(
                in(container(docker()).addVolumes(volume("a").setHostPath("b"))),
                "Both host_path 'b' and container_path 'a' of a volume are relative");
    }

    @Test
    void shouldRefuseVolumesOutsideOfTheSandbox() {
        assertNoOptions(
                in(container(docker()).addVolumes(volume("/a").setHostPath("../b"))),
                "host_path '../b' of a volume leads out of the sandbox");
    }

    @Test
    void shouldRefuseVolumesWithoutASource() {
        assertNoOptions(in(container(docker()).addVolumes(volume("/a"))), "Host path or volume source is required");
    }

    @Test
    void shouldRefuseVolumesOfOtherTypes() {
        assertNoOptions(
                in(container(docker())
                        .addVolumes(volume("/a").setSource(Source.newBuilder().setType(Source.Type.SECRET)))),
                "volume '/a' is of the type SECRET; a container of the type DOCKER has host_path and DOCKER_VOLUME");
    }

    @Test
    void shouldRefuseOptionsOfDrivers() {
        assertNoOptions(
                in(container(docker())
                        .addVolumes(volume("/a")
                                .setSource(Source.newBuilder()
                                        .setType(Source.Type.DOCKER_VOLUME)
                                        .setDockerVolume(Source.DockerVolume.newBuilder()
                                                .setName("v")
                                                .setDriverOptions(Parameters.newBuilder()
                                                        .addParameter(Parameter.newBuilder()
                                                                .setKey("k")
                                                                .setValue("v"))))))),
                "volume '/a' has driver_options, which a container of the type DOCKER does not pass on");
    }

    @Test
    void shouldRefuseWhatMesosLeavesOutSilently() {
        assertNoOptions(
                in(container(docker()).setLinuxInfo(LinuxInfo.getDefaultInstance())),
                "linux_info and rlimit_info of a container of the type DOCKER are not supported; Docker's parameters"
                        + " say the like");
        for (ContainerInfo.Builder container : List.of(
                container(docker()).setRlimitInfo(RLimitInfo.getDefaultInstance()),
                container(docker()).setTtyInfo(TTYInfo.getDefaultInstance()))) {
            AgentFixture other = AgentFixture.registered();
            other.launch(in(container).build());
            assertThat(lines(other.acknowledgeAll()).get(0)).contains("of a container of the type DOCKER");
        }
    }

    @Test
    void shouldRefuseParametersThatDockerDoesNotKnow() {
        fixture.launch(in(container(docker().addParameters(
                                Parameter.newBuilder().setKey("no-such").setValue("1"))))
                .build());

        assertThat(lines(fixture.acknowledgeAll()).get(0))
                .startsWith("TASK_FAILED 'Failed to create docker run options: parameter no-such='1' is not known;");
    }

    @Test
    void shouldRefuseChecksThatWouldNotReachTheContainer() {
        CheckInfo byCommand = CheckInfo.newBuilder()
                .setType(CheckInfo.Type.COMMAND)
                .setCommand(CheckInfo.Command.newBuilder()
                        .setCommand(CommandInfo.newBuilder().setValue("true")))
                .build();
        CheckInfo byTcp = CheckInfo.newBuilder()
                .setType(CheckInfo.Type.TCP)
                .setTcp(CheckInfo.Tcp.newBuilder().setPort(80))
                .build();

        assertThat(refusal(in(container(docker())).setCheck(byCommand)).get(0))
                .contains("checks by command of containers of type DOCKER are not supported yet");
        AgentFixture other = AgentFixture.registered();
        other.launch(in(container(BRIDGE.clone())).setCheck(byTcp).build());
        assertThat(lines(other.acknowledgeAll()).get(0))
                .contains("checks of containers of type DOCKER are not supported yet unless their network is HOST");
        assertThat(run(in(container(docker()))
                                .setTaskId(task("t2", "").getTaskId())
                                .setCheck(byTcp))
                        .network()
                        .kind())
                .isEqualTo(DockerNetwork.Kind.HOST);
    }

    @Test
    void shouldTellTheEndAsTheClientOfTheEngineDoes() {
        ContainerId id = fixture.running(
                AgentFixture.framework(), in(container(docker())).build());
        fixture.acknowledgeAll();
        fixture.decide(new AgentCommand.Exited(id, new ExitStatus.Signaled(9)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Container exited with status 137' SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldTellAnExitCode() {
        ContainerId id = fixture.running(
                AgentFixture.framework(), in(container(docker())).build());
        fixture.acknowledgeAll();
        fixture.decide(new AgentCommand.Exited(id, new ExitStatus.Exited(0)));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_FINISHED 'Container exited with status 0' SOURCE_EXECUTOR [CS]");
    }
}
