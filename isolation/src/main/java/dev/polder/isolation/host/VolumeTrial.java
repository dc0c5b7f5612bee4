package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.image.HostCommand;
import dev.polder.isolation.volume.DockerVolumes;
import dev.polder.isolation.volume.VolumeIsolator;
import dev.polder.isolation.volume.VolumeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
    private static final String TRIAL = "mount -c --make-rprivate / && stat -c %d:%i / && readlink /proc/self/fd/0";
    private static final List<String> PROGRAMS = List.of("mount", "stat", "readlink", "setpriv", "mkdir", "touch");

    /** Looks for what is wanted. */
    static VolumeTrial of(IsolationSettings settings, Optional<HostIsolation.VolumePlace> place, ImageTrial imagery) {
        Map<VolumeKind, String> refusals = new EnumMap<>(VolumeKind.class);
        Set<VolumeKind> kinds = EnumSet.noneOf(VolumeKind.class);
        settings.wanted().forEach(name -> name.volume().ifPresent(kinds::add));
        if (kinds.contains(VolumeKind.IMAGE) && imagery.images().isEmpty()) {
            refusals.put(VolumeKind.IMAGE, "no images: " + imagery.detail());
            kinds.remove(VolumeKind.IMAGE);
        }
        if (kinds.isEmpty()) {
            return new VolumeTrial(Optional.empty(), refusals);
        }
        try {
            HostIsolation.VolumePlace found =
                    place.orElseThrow(() -> new IOException("this node has no place for volumes"));
            return new VolumeTrial(Optional.of(open(found, kinds, imagery)), refusals);
        } catch (IOException e) {
            kinds.forEach(kind -> refusals.put(kind, String.valueOf(e.getMessage())));
            return new VolumeTrial(Optional.empty(), refusals);
        }
    }

    private static Isolator open(HostIsolation.VolumePlace place, Set<VolumeKind> kinds, ImageTrial imagery)
            throws IOException {
        Path directory = Files.createDirectories(
                place.directory(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.getAttribute(directory, "unix:uid").equals(0)) {
            throw new IOException("only root mounts volumes");
        }
        for (String program : PROGRAMS) {
            HostCommand.get(program);
        }
        // other ones than those of util-linux and coreutils do not know all that is asked of them
        HostCommand.get("unshare").run(directory, "--mount", "--", "/bin/sh", "-c", TRIAL);
        VolumeSettings volumes = place.settings();
        return VolumeIsolator.open(new VolumeIsolator.Settings(
                directory,
                MEMORY,
                volumes.hostPathsAllowed(),
                kinds,
                imagery.images().map(HostImages::volumes),
                new DockerVolumes(volumes.dockerPluginDirectories(), PLUGIN_SILENCE_MAX, directory)));
    }

    Ability ability(IsolatorName name, VolumeKind kind) {
        String refusal = refusals.getOrDefault(kind, "");
        return new Ability(name.toString(), refusal.isEmpty(), refusal.isEmpty() ? "by mounts of its own" : refusal);
    }

    void close() {
        isolator.ifPresent(Isolator::close);
    }
}
