package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.volume.VolumeKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What came of looking for what not every node has a place for. */
record Trials(
        ImageTrial images,
        VolumeTrial volumes,
        NetworkTrial networks,
        PortsTrial ports,
        DockerTrial docker,
        GpuTrial gpus) {
    /**
     * Looks for what is wanted.
     *
     * @param limitsDevices whether control groups say which devices a container may use
     */
    static Trials of(IsolationSettings settings, HostIsolation.Places places, boolean limitsDevices) {
        ImageTrial images = ImageTrial.of(settings, places.images());
        return new Trials(
                images,
                VolumeTrial.of(settings, places.volumes(), images),
                NetworkTrial.of(settings, places.networks()),
                PortsTrial.of(settings, places.ports()),
                DockerTrial.of(
                        settings,
                        places.docker(),
                        places.volumes()
                                .map(place -> place.settings().hostPathsAllowed())
                                .orElse(List.of()),
                        places.images().flatMap(place -> place.settings().credentialsFile())),
                GpuTrial.of(settings, places.gpus(), limitsDevices));
    }

    /** Returns the row of one of them; empty for an isolator that every node can have. */
    Optional<Ability> ability(IsolatorName name) {
        if (name.isOfImages() || name == IsolatorName.LINUX_SECCOMP) {
            return Optional.of(images.ability(name));
        }
        Optional<VolumeKind> volume = name.volume();
        if (volume.isPresent()) {
            return Optional.of(volumes.ability(name, volume.get()));
        }
        return switch (name) {
            case NETWORK_CNI -> Optional.of(networks.ability());
            case NETWORK_PORTS -> Optional.of(ports.ability());
            case GPU_NVIDIA -> Optional.of(gpus.ability());
            case DOCKER -> Optional.of(docker.ability());
            default -> Optional.empty();
        };
    }

    /** Returns those that were found and prepare after the control groups, in their order. */
    List<Isolator> isolators() {
        List<Isolator> found = new ArrayList<>();
        // files that tell of a network come before volumes, which may be put over them
        networks.isolator().ifPresent(found::add);
        ports.isolator().ifPresent(found::add);
        docker.isolator().ifPresent(found::add);
        // the runtime joins the groups of all others, and takes over volumes
        volumes.isolator().ifPresent(found::add);
        images.images().map(HostImages::isolator).ifPresent(found::add);
        return found;
    }

    void close() throws IOException {
        networks.close();
        ports.close();
        docker.close();
        volumes.close();
        images.close();
    }
}
