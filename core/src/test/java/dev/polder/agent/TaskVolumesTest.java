package dev.polder.agent;

import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.ContainerVolume.External;
import dev.polder.isolation.ContainerVolume.HostPath;
import dev.polder.isolation.ContainerVolume.OfImage;
import dev.polder.isolation.ContainerVolume.SandboxPath;
import dev.polder.isolation.SecretValue;
import dev.polder.isolation.image.ImageReference;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.Image;
import dev.polder.wire.proto.Mesos.MountPropagation;
import dev.polder.wire.proto.Mesos.Parameter;
import dev.polder.wire.proto.Mesos.Parameters;
import dev.polder.wire.proto.Mesos.Secret;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.Volume;
import dev.polder.wire.proto.Mesos.Volume.Source;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an agent makes of the volumes that a task wants. */
class TaskVolumesTest {
    private final AgentFixture fixture = AgentFixture.registered();

    private static Volume.Builder volume(String path, Volume.Mode mode) {
        return Volume.newBuilder().setContainerPath(path).setMode(mode);
    }

    private static Volume of(Source.Builder source) {
        return volume("v", Volume.Mode.RW).setSource(source).build();
    }

    private static TaskInfo with(ContainerInfo.Builder container, Volume... volumes) {
        return task("t1", "true")
                .setContainer(container.setType(ContainerInfo.Type.MESOS).addAllVolumes(List.of(volumes)))
                .build();
    }

    private ContainerSpec launched(TaskInfo task) {
        fixture.launched(task);
        return only(AgentEffect.Launch.class, fixture.effects).get(0).container();
    }

    private List<ContainerVolume> volumes(Volume... volumes) {
        return launched(with(ContainerInfo.newBuilder(), volumes)).volumes();
    }

    private String refusal(Volume volume) {
        fixture.launch(with(ContainerInfo.newBuilder(), volume));
        String line = lines(fixture.acknowledgeAll()).get(0);
        String start = "TASK_FAILED 'Failed to launch container: ";
        String end = "' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED";
        assertThat(line).startsWith(start).endsWith(end);
        return line.substring(start.length(), line.length() - end.length());
    }

    private static Source.Builder hostPath(String path, MountPropagation.Mode mode) {
        return Source.newBuilder()
                .setType(Source.Type.HOST_PATH)
                .setHostPath(Source.HostPath.newBuilder()
                        .setPath(path)
                        .setMountPropagation(MountPropagation.newBuilder().setMode(mode)));
    }

    private static Source.Builder sandboxPath(Source.SandboxPath.Type type) {
        return Source.newBuilder()
                .setType(Source.Type.SANDBOX_PATH)
                .setSandboxPath(Source.SandboxPath.newBuilder().setType(type).setPath("p"));
    }

    private static Source.Builder secret(Secret.Builder secret) {
        return Source.newBuilder().setType(Source.Type.SECRET).setSecret(secret);
    }

    private static Secret.Builder value(String text) {
        return Secret.newBuilder()
                .setType(Secret.Type.VALUE)
                .setValue(Secret.Value.newBuilder().setData(ByteString.copyFromUtf8(text)));
    }

    @Test
    void shouldKnowTheOldFormAndTheNew() {
        assertThat(volumes(
                        volume("a", Volume.Mode.RO).setHostPath("/srv").build(),
                        volume("b", Volume.Mode.RW).setHostPath("in/sandbox").build(),
                        of(hostPath("/mnt", MountPropagation.Mode.HOST_TO_CONTAINER)),
                        of(hostPath("/opt", MountPropagation.Mode.UNKNOWN)),
                        of(sandboxPath(Source.SandboxPath.Type.SELF))))
                .containsExactly(
                        new ContainerVolume("a", true, new HostPath("/srv", false)),
                        new ContainerVolume("b", false, new SandboxPath("in/sandbox")),
                        new ContainerVolume("v", false, new HostPath("/mnt", true)),
                        new ContainerVolume("v", false, new HostPath("/opt", false)),
                        new ContainerVolume("v", false, new SandboxPath("p")));
    }

    @Test
    void shouldKnowVolumesOfDrivers() {
        Source.Builder source = Source.newBuilder()
                .setType(Source.Type.DOCKER_VOLUME)
                .setDockerVolume(Source.DockerVolume.newBuilder()
                        .setDriver("nfs")
                        .setName("data")
                        .setDriverOptions(Parameters.newBuilder()
                                .addParameter(
                                        Parameter.newBuilder().setKey("size").setValue("1G"))));

        assertThat(volumes(of(source)))
                .containsExactly(new ContainerVolume("v", false, new External("nfs", "data", Map.of("size", "1G"))));
    }

    @Test
    void shouldKeepSecretsFromWhatItWritesDown() {
        List<ContainerVolume> volumes = volumes(of(secret(value("a secret word"))));

        assertThat(volumes.get(0).source())
                .isInstanceOfSatisfying(
                        ContainerVolume.Secret.class,
                        secret -> assertThat(secret.value()).hasToString("13 secret bytes"));
        assertThat(fixture.durable.toString()).contains("SECRET").doesNotContain("a secret word");
    }

    private static Image.Builder image(String name) {
        return Image.newBuilder()
                .setType(Image.Type.DOCKER)
                .setDocker(Image.Docker.newBuilder().setName(name));
    }

    @Test
    void shouldBringImagesThatAreVolumesAndTellThemFromTheTasksOwn() {
        ContainerSpec spec = launched(with(
                ContainerInfo.newBuilder()
                        .setMesos(ContainerInfo.MesosInfo.newBuilder().setImage(image("tool"))),
                volume("/data", Volume.Mode.RO).setImage(image("data")).build()));

        assertThat(spec.volumes())
                .containsExactly(new ContainerVolume("/data", true, new OfImage("registry.test/data:latest")));
        assertThat(spec.image().orElseThrow().reference()).contains("registry.test/tool:latest");
        assertThat(only(AgentEffect.PrepareSandbox.class, fixture.effects)
                        .get(0)
                        .images())
                .extracting(TaskImage::reference)
                .containsExactly(
                        ImageReference.parse("data", "registry.test"), ImageReference.parse("tool", "registry.test"));
    }

    @Test
    void shouldRefuseWhatCannotBeMetInMesossWords() {
        assertThat(refusal(of(hostPath("/x", MountPropagation.Mode.BIDIRECTIONAL))))
                .isEqualTo(
                        "Cannot setup bidirectional mount propagation for host path '/x': what a container mounts never"
                                + " reaches the host here");
        assertThat(refusal(of(sandboxPath(Source.SandboxPath.Type.PARENT))))
                .isEqualTo("PARENT sandbox path only works for nested container");
        assertThat(refusal(of(sandboxPath(Source.SandboxPath.Type.UNKNOWN))))
                .isEqualTo("'source.sandbox_path.type' is unknown");
        assertThat(refusal(of(secret(Secret.newBuilder()
                        .setType(Secret.Type.REFERENCE)
                        .setReference(Secret.Reference.newBuilder().setName("n"))))))
                .isEqualTo("Error: Volume has secret but no secret-resolver provided");
        assertThat(refusal(of(secret(Secret.newBuilder().setType(Secret.Type.VALUE)))))
                .startsWith("Invalid secret specified in volume: ");
        assertThat(refusal(of(secret(value("x".repeat(SecretValue.BYTES_MAX + 1))))))
                .isEqualTo("the secret is too long: 1048577 bytes > bytesMax=1048576");
        assertThat(refusal(of(Source.newBuilder().setType(Source.Type.CSI_VOLUME))))
                .isEqualTo("CSI_VOLUME volumes are not supported");
        assertThat(refusal(of(Source.newBuilder()))).isEqualTo("'source.type' is unknown");
        assertThat(refusal(of(Source.newBuilder().setType(Source.Type.HOST_PATH))))
                .isEqualTo("'source.host_path' is not set for HOST_PATH volume");
        assertThat(refusal(of(Source.newBuilder()
                        .setType(Source.Type.DOCKER_VOLUME)
                        .setDockerVolume(Source.DockerVolume.newBuilder().setName("d")))))
                .isEqualTo("'source.docker_volume.driver' is not set for volume 'd'");
    }

    @Test
    void shouldSayWhichKindsItDoesNotHave() {
        fixture.volumes = AgentVolumes.none("only root mounts volumes");
        fixture.restart(Set.of());
        fixture.register();

        assertThat(refusal(of(sandboxPath(Source.SandboxPath.Type.SELF))))
                .isEqualTo("volume 'v' is of a kind that this agent does not have: only root mounts volumes");
    }

    @Test
    void shouldNotHaveMoreVolumesThanAContainerCan() {
        Volume[] many = new Volume[ContainerVolume.COUNT_MAX + 1];
        Arrays.fill(many, of(sandboxPath(Source.SandboxPath.Type.SELF)));

        fixture.launch(with(ContainerInfo.newBuilder(), many));

        assertThat(lines(fixture.acknowledgeAll()))
                .containsExactly("TASK_ERROR 'task 't1' cannot be started: too many volumes: 65 > countMax=64'"
                        + " SOURCE_AGENT REASON_TASK_INVALID");
    }

    @Test
    void shouldBeInTheOnlyImageThatItHolds() {
        ContainerSpec spec = launched(with(ContainerInfo.newBuilder()
                .setMesos(ContainerInfo.MesosInfo.newBuilder().setImage(image("tool")))));

        assertThat(spec.image().orElseThrow().reference()).isEqualTo(Optional.empty());
    }
}
