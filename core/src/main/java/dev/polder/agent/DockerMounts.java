package dev.polder.agent;

import dev.polder.isolation.ImageTask;
import dev.polder.isolation.docker.DockerMount;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.Volume;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a container of the type DOCKER finds in its tree: its sandbox, and its volumes. */
final class DockerMounts {
    private DockerMounts() {}

    /**
     * Reads wishes.
     *
     * @throws IllegalArgumentException if one cannot be met, in Mesos's words where it has some
     */
    static List<DockerMount> of(ContainerInfo wanted, Path sandbox) {
        List<DockerMount> mounts = new ArrayList<>();
        mounts.add(DockerMount.bind(sandbox, ImageTask.SANDBOX, false));
        for (Volume volume : wanted.getVolumesList()) {
            mounts.add(mount(volume, wanted.getDocker().getVolumeDriver(), sandbox));
        }
        return mounts;
    }

    private static DockerMount mount(Volume volume, String driver, Path sandbox) {
        String target = volume.getContainerPath().startsWith("/")
                ? volume.getContainerPath()
                : ImageTask.SANDBOX + "/" + volume.getContainerPath();
        boolean readOnly = volume.getMode() == Volume.Mode.RO;
        if (volume.hasHostPath()) {
            return ofHostPath(volume, driver, sandbox, target, readOnly);
        }
        if (!volume.hasSource() || volume.hasImage()) {
            throw new IllegalArgumentException("Host path or volume source is required");
        }
        Volume.Source source = volume.getSource();
        if (source.getType() != Volume.Source.Type.DOCKER_VOLUME || !source.hasDockerVolume()) {
            throw new IllegalArgumentException("volume '" + volume.getContainerPath() + "' is of the type "
                    + source.getType() + "; a container of the type DOCKER has host_path and DOCKER_VOLUME");
        }
        if (source.getDockerVolume().getDriverOptions().getParameterCount() > 0) {
            throw new IllegalArgumentException("volume '" + volume.getContainerPath()
                    + "' has driver_options, which a container of the type DOCKER does not pass on");
        }
        return DockerMount.volume(source.getDockerVolume().getName(), target, readOnly)
                .of(
                        source.getDockerVolume().hasDriver()
                                ? source.getDockerVolume().getDriver()
                                : driver);
    }

    private static DockerMount ofHostPath(Volume volume, String driver, Path sandbox, String target, boolean readOnly) {
        String hostPath = volume.getHostPath();
        if (hostPath.startsWith("/")) {
            return DockerMount.bind(Path.of(hostPath), target, readOnly);
        }
        if (!volume.getContainerPath().startsWith("/")) {
            throw new IllegalArgumentException("Both host_path '" + hostPath + "' and container_path '"
                    + volume.getContainerPath() + "' of a volume are relative");
        }
        if (!driver.isEmpty()) {
            return DockerMount.volume(hostPath, target, readOnly).of(driver);
        }
        Path inSandbox = sandbox.resolve(hostPath).normalize();
        if (!inSandbox.startsWith(sandbox)) {
            throw new IllegalArgumentException("host_path '" + hostPath + "' of a volume leads out of the sandbox");
        }
        return DockerMount.bind(inSandbox, target, readOnly);
    }
}
