package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.NamespaceProbe;
import dev.polder.isolation.image.HostCommand;
import dev.polder.isolation.volume.DockerVolumes;
import dev.polder.isolation.volume.VolumeIsolator;
import dev.polder.isolation.volume.VolumeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What came of looking for volumes.
 *
 * @param isolator gives those that are not refused; empty if all are
 * @param refusals why not, of those that are wanted and refused
 */
record VolumeTrial(Optional<Isolator> isolator, Map<VolumeKind, String> refusals) {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final Duration PLUGIN_SILENCE_MAX = Duration.ofSeconds(30);
    private static final List<String> PROGRAMS = List.of("mount", "stat", "readlink", "setpriv", "mkdir", "touch");

    /** Looks for what is wanted. */
    static VolumeTrial of(IsolationSettings settings, Optional<HostIsolation.VolumePlace> place, ImageTrial imagery)
            throws IOException {
        Map<VolumeKind, String> refusals = new EnumMap<>(VolumeKind.class);
        Set<VolumeKind> kinds = EnumSet.noneOf(VolumeKind.class);
        settings.wanted().forEach(name -> name.volume().ifPresent(kinds::add));
        String refusal = kinds.isEmpty() ? "" : refusal(place);
        for (VolumeKind kind : Set.copyOf(kinds)) {
            String why = refusal.isEmpty()
                            && kind == VolumeKind.IMAGE
                            && imagery.images().isEmpty()
                    ? "no images: " + imagery.detail()
                    : refusal;
            if (!why.isEmpty()) {
                refusals.put(kind, why);
                kinds.remove(kind);
            }
        }
        if (kinds.isEmpty()) {
            return new VolumeTrial(Optional.empty(), refusals);
        }
        Path directory = place.orElseThrow().directory();
        VolumeSettings volumes = place.orElseThrow().settings();
        Isolator isolator = VolumeIsolator.open(new VolumeIsolator.Settings(
                directory,
                MEMORY,
                volumes.hostPathsAllowed(),
                kinds,
                imagery.images().map(HostImages::volumes),
                new DockerVolumes(volumes.dockerPluginDirectories(), PLUGIN_SILENCE_MAX, directory)));
        return new VolumeTrial(Optional.of(isolator), refusals);
    }

    /** Returns why there are none at all; empty if nothing speaks against them. */
    private static String refusal(Optional<HostIsolation.VolumePlace> place) throws IOException {
        if (place.isEmpty()) {
            return "this node has no place for volumes";
        }
        Path directory =
                Files.createDirectories(place.get().directory().toAbsolutePath().getParent());
        if (!Files.getAttribute(directory, "unix:uid").equals(0)) {
            return "only root mounts volumes";
        }
        for (String program : PROGRAMS) {
            try {
                HostCommand.get(program);
            } catch (IOException absent) {
                return String.valueOf(absent.getMessage());
            }
        }
        String refusal = NamespaceProbe.refusals(Set.of(Namespace.MOUNT)).getOrDefault(Namespace.MOUNT, "");
        return refusal.isEmpty() ? "" : "no mounts of its own for a container: " + refusal;
    }

    Ability ability(IsolatorName name, VolumeKind kind) {
        String refusal = refusals.getOrDefault(kind, "");
        return new Ability(name.toString(), refusal.isEmpty(), refusal.isEmpty() ? "by mounts of its own" : refusal);
    }

    void close() {
        isolator.ifPresent(Isolator::close);
    }
}
