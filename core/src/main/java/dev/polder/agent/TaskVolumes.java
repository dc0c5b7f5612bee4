package dev.polder.agent;

import com.google.protobuf.ByteString;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.SecretValue;
import dev.polder.isolation.volume.VolumeKind;
import dev.polder.wire.proto.Mesos.MountPropagation;
import dev.polder.wire.proto.Mesos.Parameter;
import dev.polder.wire.proto.Mesos.Secret;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.Volume;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The volumes that a task wants.
 *
 * @param volumes in their order
 * @param images those that have to be brought for them
 */
record TaskVolumes(List<ContainerVolume> volumes, List<TaskImage> images) {
    /** Copies. */
    TaskVolumes {
        volumes = List.copyOf(volumes);
        images = List.copyOf(images);
    }

    /**
     * Reads wishes.
     *
     * @throws IllegalArgumentException if one cannot be met, in Mesos's words where it has some
     */
    static TaskVolumes of(List<Volume> wanted, AgentVolumes able, String registryDefault) {
        List<ContainerVolume> volumes = new ArrayList<>();
        List<TaskImage> images = new ArrayList<>();
        for (Volume volume : wanted) {
            ContainerVolume.Source source;
            if (volume.hasImage()) {
                TaskImage image = TaskImage.of(volume.getImage(), registryDefault);
                images.add(image);
                source = new ContainerVolume.OfImage(image.reference().toString());
            } else {
                source = volume.hasHostPath() ? ofOldForm(volume.getHostPath()) : of(volume.getSource());
            }
            VolumeKind kind = VolumeKind.of(source);
            String refusal = able.refusals().getOrDefault(kind, "");
            if (!refusal.isEmpty()) {
                throw new IllegalArgumentException("volume '" + volume.getContainerPath()
                        + "' is of a kind that this agent does not have: " + refusal);
            }
            volumes.add(new ContainerVolume(volume.getContainerPath(), volume.getMode() == Volume.Mode.RO, source));
        }
        return new TaskVolumes(volumes, images);
    }

    /** Returns the same task without the secrets of its volumes: nobody needs them once it is planned, the disk least. */
    static TaskInfo withoutSecrets(TaskInfo task) {
        if (task.getContainer().getVolumesList().stream()
                .noneMatch(volume -> volume.getSource().hasSecret())) {
            return task;
        }
        TaskInfo.Builder told = task.toBuilder();
        for (Volume.Builder volume : told.getContainerBuilder().getVolumesBuilderList()) {
            if (volume.getSource().getSecret().hasValue()) {
                volume.getSourceBuilder().getSecretBuilder().getValueBuilder().setData(ByteString.EMPTY);
            }
        }
        return told.build();
    }

    /** A relative host path stands for one in the sandbox, as in Mesos. */
    private static ContainerVolume.Source ofOldForm(String hostPath) {
        return hostPath.startsWith("/")
                ? new ContainerVolume.HostPath(hostPath, false)
                : new ContainerVolume.SandboxPath(hostPath);
    }

    private static ContainerVolume.Source of(Volume.Source source) {
        return switch (source.getType()) {
            case HOST_PATH -> {
                requireSet(source.hasHostPath(), "host_path", "HOST_PATH");
                yield ofHostPath(source.getHostPath());
            }
            case SANDBOX_PATH -> {
                requireSet(source.hasSandboxPath(), "sandbox_path", "SANDBOX_PATH");
                yield ofSandboxPath(source.getSandboxPath());
            }
            case SECRET -> {
                requireSet(source.hasSecret(), "secret", "SECRET");
                yield ofSecret(source.getSecret());
            }
            case DOCKER_VOLUME -> {
                requireSet(source.hasDockerVolume(), "docker_volume", "DOCKER_VOLUME");
                yield ofDocker(source.getDockerVolume());
            }
            case CSI_VOLUME -> throw new IllegalArgumentException("CSI_VOLUME volumes are not supported");
            case UNKNOWN -> throw new IllegalArgumentException("'source.type' is unknown");
        };
    }

    private static void requireSet(boolean isSet, String field, String type) {
        if (!isSet) {
            throw new IllegalArgumentException("'source." + field + "' is not set for " + type + " volume");
        }
    }

    private static ContainerVolume.Source ofHostPath(Volume.Source.HostPath hostPath) {
        MountPropagation.Mode mode = hostPath.getMountPropagation().getMode();
        if (mode == MountPropagation.Mode.BIDIRECTIONAL) {
            throw new IllegalArgumentException("Cannot setup bidirectional mount propagation for host path '"
                    + hostPath.getPath() + "': what a container mounts never reaches the host here");
        }
        return new ContainerVolume.HostPath(hostPath.getPath(), mode == MountPropagation.Mode.HOST_TO_CONTAINER);
    }

    private static ContainerVolume.Source ofSandboxPath(Volume.Source.SandboxPath sandboxPath) {
        return switch (sandboxPath.getType()) {
            case SELF -> new ContainerVolume.SandboxPath(sandboxPath.getPath());
            case PARENT -> throw new IllegalArgumentException("PARENT sandbox path only works for nested container");
            case UNKNOWN -> throw new IllegalArgumentException("'source.sandbox_path.type' is unknown");
        };
    }

    private static ContainerVolume.Source ofSecret(Secret secret) {
        if (secret.getType() == Secret.Type.REFERENCE) {
            throw new IllegalArgumentException("Error: Volume has secret but no secret-resolver provided");
        }
        if (secret.getType() != Secret.Type.VALUE || !secret.hasValue() || secret.hasReference()) {
            throw new IllegalArgumentException(
                    "Invalid secret specified in volume: Secret of type VALUE must have the 'value' field set, and no"
                            + " other");
        }
        return new ContainerVolume.Secret(
                new SecretValue(secret.getValue().getData().toByteArray()));
    }

    private static ContainerVolume.Source ofDocker(Volume.Source.DockerVolume volume) {
        if (!volume.hasDriver()) {
            throw new IllegalArgumentException(
                    "'source.docker_volume.driver' is not set for volume '" + volume.getName() + "'");
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (Parameter option : volume.getDriverOptions().getParameterList()) {
            options.put(option.getKey(), option.getValue());
        }
        return new ContainerVolume.External(volume.getDriver(), volume.getName(), options);
    }
}
