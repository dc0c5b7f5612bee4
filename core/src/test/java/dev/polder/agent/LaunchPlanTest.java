package dev.polder.agent;

import static dev.polder.agent.AgentFixture.framework;
import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.polder.isolation.Capability;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.Rlimit;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.image.ImageReference;
import dev.polder.isolation.image.RegistryCredentials;
import dev.polder.wire.proto.Mesos.CapabilityInfo;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.Environment;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.HealthCheck;
import dev.polder.wire.proto.Mesos.Image;
import dev.polder.wire.proto.Mesos.LinuxInfo;
import dev.polder.wire.proto.Mesos.RLimitInfo;
import dev.polder.wire.proto.Mesos.Secret;
import dev.polder.wire.proto.Mesos.TaskInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
    private final AgentFixture fixture = AgentFixture.registered();
    private final List<String> refusals = new ArrayList<>();

    @Test
    void shouldRunShellCommandsWithTheShell() {
        TaskSpec spec = spec(task("t1", "exit 3").build());

        assertThat(spec.program()).isEqualTo("/bin/sh");
        assertThat(spec.arguments()).containsExactly("sh", "-c", "exit 3");
    }

    @Test
    void shouldRunProgramsWithTheirArguments() {
        TaskSpec spec = spec(task(
                        "t1",
                        CommandInfo.newBuilder()
                                .setShell(false)
                                .setValue("/bin/echo")
                                .addAllArguments(List.of("echo", "a b", "c")))
                .build());

        assertThat(spec.program()).isEqualTo("/bin/echo");
        assertThat(spec.arguments()).containsExactly("echo", "a b", "c");
    }

    @Test
    void shouldNameAProgramWithoutArgumentsAfterItself() {
        TaskSpec spec = spec(task("t1", CommandInfo.newBuilder().setShell(false).setValue("/bin/true"))
                .build());

        assertThat(spec.arguments()).containsExactly("/bin/true");
    }

    @Test
    void shouldLayOutSandboxesAsMesosDoes() {
        TaskSpec spec = spec(task("t1", "true").build());

        assertThat(spec.sandbox())
                .hasToString("/data/sandboxes/slaves/m-S0/frameworks/m-0000/executors/t1/runs/" + spec.id());
    }

    @Test
    void shouldGiveTheEnvironmentThatMesosGives() {
        TaskSpec spec = spec(task("t1", "env").build());

        assertThat(spec.environment())
                .containsEntry("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                .containsEntry("LIBPROCESS_IP", "127.0.0.1")
                .containsEntry("MESOS_AGENT_ENDPOINT", "127.0.0.1:5051")
                .containsEntry("MESOS_ALLOCATION_ROLE", "r1")
                .containsEntry("MESOS_DIRECTORY", spec.sandbox().toString())
                .containsEntry("MESOS_EXECUTOR_ID", "t1")
                .containsEntry("MESOS_FRAMEWORK_ID", "m-0000")
                .containsEntry("MESOS_SANDBOX", spec.sandbox().toString())
                .containsEntry("MESOS_SLAVE_ID", "m-S0")
                .hasSize(9);
    }

    @Test
    void shouldLetTheTasksOwnVariablesWin() {
        TaskSpec spec = spec(withVariables("PATH", "/mine", "A", "b"));

        assertThat(spec.environment()).containsEntry("PATH", "/mine").containsEntry("A", "b");
    }

    @Test
    void shouldRunAsTheCommandsUserBeforeTheFrameworks() {
        FrameworkInfo ofBob = framework().toBuilder().setUser("bob").build();
        TaskInfo asCarol = task("t2", CommandInfo.newBuilder().setValue("id").setUser("carol"))
                .build();

        fixture.launched(ofBob, task("t1", "id").build());
        fixture.launched(ofBob, asCarol);
        fixture.launched(
                framework().toBuilder().setUser("").build(), task("t3", "id").build());
        fixture.launched(framework(), task("t4", "id").build());

        assertThat(fixture.launchedSpecs()).extracting(TaskSpec::user).containsExactly("bob", "carol", null, null);
    }

    @Test
    void shouldNotRunAsAnotherUserWithoutBeingRoot() {
        AgentFixture ofAlice = new AgentFixture(false);
        ofAlice.register();
        FrameworkInfo ofBob = framework().toBuilder().setUser("bob").build();

        ofAlice.launch(ofBob, task("t1", "id").build());

        String id = ofAlice.container("t1").toString();
        assertThat(lines(ofAlice.acknowledgeAll()))
                .containsExactly("TASK_LOST 'Failed to create executor directory"
                        + " '/data/sandboxes/slaves/m-S0/frameworks/m-0000/executors/t1/runs/" + id
                        + "': Failed to chown directory to 'bob': the agent runs as 'alice', and only root may run"
                        + " tasks as another user' SOURCE_AGENT REASON_EXECUTOR_TERMINATED");
    }

    @Test
    void shouldRunAsItselfWithoutBeingRoot() {
        AgentFixture ofAlice = new AgentFixture(false);
        ofAlice.register();

        ofAlice.launched(
                framework().toBuilder().setUser("alice").build(),
                task("t1", "id").build());

        assertThat(ofAlice.launchedSpecs()).extracting(TaskSpec::user).containsExactly((String) null);
    }

    @Test
    void shouldRefuseNamesThatLeaveTheSandbox() {
        for (String name : List.of("..", "a/b", "x".repeat(256), "a\0b")) {
            fixture.launch(task(name, "true").build());
        }

        assertThat(fixture.launchedSpecs()).isEmpty();
        assertThat(lines(fixture.acknowledgeAll()))
                .hasSize(4)
                .allMatch(line -> line.startsWith("TASK_ERROR 'task id '")
                        && line.endsWith("must be usable as a file name' SOURCE_AGENT REASON_TASK_INVALID"));
    }

    @Test
    void shouldRefuseWhatCannotBePassedToAProcess() {
        fixture.launch(task("t1", "a\0b").build());
        fixture.launch(withVariables("A=B", "c"));
        fixture.launch(task("t3", "x").clearCommand().build());
        fixture.launch(task("t4", CommandInfo.newBuilder().setShell(false).setValue(""))
                .build());

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        "TASK_ERROR 'task 't1' cannot be started: argument 2 contains a NUL, which no process can be"
                                + " given' SOURCE_AGENT REASON_TASK_INVALID",
                        "TASK_ERROR 'task 't2' cannot be started: variable name 'A=B' is empty or has a '='' SOURCE_AGENT"
                                + " REASON_TASK_INVALID",
                        "TASK_ERROR 'task 't3' has no command; executors are not supported yet' SOURCE_AGENT"
                                + " REASON_TASK_INVALID",
                        "TASK_ERROR 'task 't4' cannot be started: program is empty' SOURCE_AGENT REASON_TASK_INVALID");
    }

    @Test
    void shouldNotLeaveOutIsolationSilently() {
        fixture.launch(task("t1", "true")
                .setContainer(ContainerInfo.newBuilder()
                        .setType(ContainerInfo.Type.MESOS)
                        .setLinuxInfo(LinuxInfo.newBuilder().setShmSize(64)))
                .build());
        fixture.launch(task(
                        "t2",
                        CommandInfo.newBuilder()
                                .setValue("true")
                                .setEnvironment(Environment.newBuilder()
                                        .addVariables(Environment.Variable.newBuilder()
                                                .setName("S")
                                                .setType(Environment.Variable.Type.SECRET)
                                                .setSecret(Secret.getDefaultInstance()))))
                .build());

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        "TASK_FAILED 'Failed to launch container: linux_info.share_pid_namespace, ipc_mode and"
                                + " shm_size of a container are not supported yet' SOURCE_AGENT"
                                + " REASON_CONTAINER_LAUNCH_FAILED",
                        "TASK_FAILED 'Failed to launch container: secrets in the environment are not supported yet'"
                                + " SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    private static TaskInfo withPrivileges(String id, LinuxInfo.Builder linux, RLimitInfo.Builder limits) {
        return task(id, "true")
                .setContainer(ContainerInfo.newBuilder()
                        .setType(ContainerInfo.Type.MESOS)
                        .setLinuxInfo(linux)
                        .setRlimitInfo(limits))
                .build();
    }

    private static CapabilityInfo.Builder capabilities(CapabilityInfo.Capability... these) {
        return CapabilityInfo.newBuilder().addAllCapabilities(List.of(these));
    }

    private static RLimitInfo.Builder limit(RLimitInfo.RLimit.Type type, @Nullable Long soft, @Nullable Long hard) {
        RLimitInfo.RLimit.Builder limit = RLimitInfo.RLimit.newBuilder().setType(type);
        if (soft != null) {
            limit.setSoft(soft);
        }
        if (hard != null) {
            limit.setHard(hard);
        }
        return RLimitInfo.newBuilder().addRlimits(limit);
    }

    @Test
    void shouldWantThePrivilegesThatTheTaskNames() {
        fixture.launched(withPrivileges(
                "t1",
                LinuxInfo.newBuilder()
                        .setEffectiveCapabilities(capabilities(CapabilityInfo.Capability.NET_RAW))
                        .setBoundingCapabilities(
                                capabilities(CapabilityInfo.Capability.KILL, CapabilityInfo.Capability.NET_RAW)),
                limit(RLimitInfo.RLimit.Type.RLMT_NOFILE, 5L, 6L)
                        .addRlimits(RLimitInfo.RLimit.newBuilder().setType(RLimitInfo.RLimit.Type.RLMT_CORE))));

        assertThat(only(AgentEffect.Launch.class, fixture.effects)
                        .get(0)
                        .container()
                        .privileges())
                .isEqualTo(new Privileges(
                        Optional.of(Set.of(Capability.NET_RAW)),
                        Optional.of(Set.of(Capability.KILL, Capability.NET_RAW)),
                        List.of(
                                new Rlimit("RLIMIT_NOFILE", 5, 6),
                                new Rlimit("RLIMIT_CORE", Rlimit.UNLIMITED, Rlimit.UNLIMITED)),
                        false));
    }

    @Test
    void shouldKnowTheOldNameOfEffectiveCapabilities() {
        fixture.launched(withPrivileges(
                "t2", LinuxInfo.newBuilder().setCapabilityInfo(capabilities()), RLimitInfo.newBuilder()));

        assertThat(only(AgentEffect.Launch.class, fixture.effects)
                        .get(0)
                        .container()
                        .privileges()
                        .effective())
                .contains(Set.of());
    }

    @Test
    void shouldRefusePrivilegesThatNobodyCanHave() {
        fixture.launch(withPrivileges("t3", LinuxInfo.newBuilder(), limit(RLimitInfo.RLimit.Type.RLMT_CPU, 5L, null)));
        fixture.launch(withPrivileges("t4", LinuxInfo.newBuilder(), limit(RLimitInfo.RLimit.Type.UNKNOWN, 1L, 1L)));
        fixture.launch(withPrivileges(
                "t5",
                LinuxInfo.newBuilder().setCapabilityInfo(capabilities(CapabilityInfo.Capability.UNKNOWN)),
                RLimitInfo.newBuilder()));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly(
                        "TASK_FAILED 'Failed to launch container: RLIMIT_CPU: soft and hard are both given, or none of"
                                + " them' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED",
                        "TASK_FAILED 'Failed to launch container: 'RLIMIT_UNKNOWN' is no limit of processes'"
                                + " SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED",
                        "TASK_FAILED 'Failed to launch container: 'UNKNOWN' is no capability; NET_RAW is one'"
                                + " SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    @Test
    void shouldRefusePrivilegesThatThisAgentCannotGive() {
        AgentFixture without = AgentFixture.registeredWithoutIsolators();
        without.launch(withPrivileges(
                "t6", LinuxInfo.newBuilder().setBoundingCapabilities(capabilities()), RLimitInfo.newBuilder()));
        without.launch(withPrivileges("t7", LinuxInfo.newBuilder(), limit(RLimitInfo.RLimit.Type.RLMT_CPU, 5L, 5L)));

        assertThat(lines(without.acknowledgeAll()))
                .containsExactly(
                        "TASK_FAILED 'Failed to launch container: linux/capabilities is not among the isolators of this"
                                + " agent' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED",
                        "TASK_FAILED 'Failed to launch container: posix/rlimits is not among the isolators of this"
                                + " agent' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    private static TaskInfo inImage(Image.Builder image, CommandInfo.Builder command) {
        return task("t1", command)
                .setContainer(ContainerInfo.newBuilder()
                        .setType(ContainerInfo.Type.MESOS)
                        .setMesos(ContainerInfo.MesosInfo.newBuilder().setImage(image)))
                .build();
    }

    private static Image.Builder docker(String name) {
        return Image.newBuilder()
                .setType(Image.Type.DOCKER)
                .setDocker(Image.Docker.newBuilder().setName(name));
    }

    @Test
    void shouldLeaveToTheImageWhatTheCommandDoesNotSay() {
        fixture.launched(inImage(
                docker("team/tool:7").setCached(false),
                CommandInfo.newBuilder()
                        .setShell(false)
                        .addArguments("-v")
                        .setEnvironment(Environment.newBuilder()
                                .addVariables(Environment.Variable.newBuilder()
                                        .setName("OWN")
                                        .setValue("1")))));

        AgentEffect.PrepareSandbox prepared =
                only(AgentEffect.PrepareSandbox.class, fixture.effects).get(0);
        assertThat(prepared.images())
                .containsExactly(
                        new TaskImage(ImageReference.parse("registry.test/team/tool:7"), false, Optional.empty()));
        ContainerSpec launched =
                only(AgentEffect.Launch.class, fixture.effects).get(0).container();
        ImageTask told = launched.image().orElseThrow();
        assertThat(told.shell()).isFalse();
        assertThat(told.value()).isEmpty();
        assertThat(told.arguments()).containsExactly("-v");
        assertThat(told.defaults())
                .containsEntry("MESOS_SANDBOX", "/mnt/mesos/sandbox")
                .containsEntry("MESOS_DIRECTORY", launched.task().sandbox().toString())
                .containsKey("PATH");
        assertThat(launched.task().environment()).containsExactly(Map.entry("OWN", "1"));
    }

    @Test
    void shouldBeKnownToTheRegistryAsTheImageSays() {
        Secret config = Secret.newBuilder()
                .setType(Secret.Type.VALUE)
                .setValue(Secret.Value.newBuilder()
                        .setData(ByteString.copyFromUtf8(
                                "{\"auths\":{\"registry.test\":{\"username\":\"me\",\"password\":\"p\"}}}")))
                .build();
        Image.Builder image = docker("tool");
        image.getDockerBuilder().setConfig(config);

        fixture.launch(inImage(image, CommandInfo.newBuilder().setValue("true")));

        TaskImage wanted = only(AgentEffect.PrepareSandbox.class, fixture.effects)
                .get(0)
                .images()
                .get(0);
        assertThat(wanted.cached()).isTrue();
        assertThat(wanted.credentials().orElseThrow().login("registry.test"))
                .contains(new RegistryCredentials.Login("me", "p"));
    }

    @Test
    void shouldRefuseImagesThatItCannotPull() {
        Image.Builder secret = docker("tool");
        secret.getDockerBuilder()
                .setConfig(Secret.newBuilder()
                        .setReference(Secret.Reference.newBuilder().setName("s")));
        for (Image.Builder image : List.of(
                Image.newBuilder()
                        .setType(Image.Type.APPC)
                        .setAppc(Image.Appc.newBuilder().setName("a")),
                docker("Upper/Case"),
                secret)) {
            AgentFixture each = AgentFixture.registered();
            each.launch(inImage(image, CommandInfo.newBuilder().setValue("true")));
            refusals.addAll(lines(each.acknowledgeAll()));
        }

        String end = " SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED";
        assertThat(refusals).hasSize(3).allMatch(line -> line.endsWith(end));
        assertThat(refusals.get(0))
                .isEqualTo("TASK_FAILED 'Failed to launch container: Unsupported container image type: APPC'" + end);
        assertThat(refusals.get(1))
                .startsWith("TASK_FAILED 'Failed to launch container: Failed to parse docker image 'Upper/Case': ");
        assertThat(refusals.get(2)).contains("its config is a secret that the agent would have to look up");
    }

    @Test
    void shouldCheckTasksInImagesAsAllOthers() {
        TaskInfo inImage = inImage(docker("tool"), CommandInfo.newBuilder().setValue("true"));
        HealthCheck byCommand = HealthCheck.newBuilder()
                .setType(HealthCheck.Type.COMMAND)
                .setCommand(CommandInfo.newBuilder().setValue("true"))
                .build();
        HealthCheck byTcp = HealthCheck.newBuilder()
                .setType(HealthCheck.Type.TCP)
                .setTcp(HealthCheck.TCPCheckInfo.newBuilder().setPort(80))
                .build();
        AgentFixture other = AgentFixture.registered();

        fixture.launch(inImage.toBuilder().setHealthCheck(byCommand).build());
        other.launch(inImage.toBuilder().setHealthCheck(byTcp).build());

        assertThat(only(AgentEffect.PrepareSandbox.class, fixture.effects)).hasSize(1);
        assertThat(only(AgentEffect.PrepareSandbox.class, other.effects)).hasSize(1);
    }

    @Test
    void shouldSayWhyImagesDoNotRunHere() {
        AgentFixture without = AgentFixture.registered(AgentImages.none("docker/runtime: not available: no runc"));

        without.launch(inImage(docker("tool"), CommandInfo.newBuilder().setValue("true")));

        assertThat(lines(without.acknowledgeAll()))
                .containsExactly("TASK_FAILED 'Failed to launch container: images do not run on this agent:"
                        + " docker/runtime: not available: no runc' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }

    private TaskSpec spec(TaskInfo task) {
        fixture.launched(task);
        return fixture.launchedSpecs().get(0);
    }

    private static TaskInfo withVariables(String... namesAndValues) {
        Environment.Builder environment = Environment.newBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.addVariablesBuilder().setName(namesAndValues[i]).setValue(namesAndValues[i + 1]);
        }
        return task("t2", CommandInfo.newBuilder().setValue("env").setEnvironment(environment))
                .build();
    }
}
