package dev.polder.isolation.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What volumes a node gives its containers. Immutable.
 *
 * @param hostPathsAllowed below which paths of the host may be volumes, absolute; none if empty
 * @param dockerPluginDirectories where plug-ins for volumes make themselves known, absolute
 */
public record VolumeSettings(List<Path> hostPathsAllowed, List<Path> dockerPluginDirectories) {
    /** No path of the host, and plug-ins where Docker's Engine looks for them. */
    public static final VolumeSettings DEFAULT = new VolumeSettings(
            List.of(),
            List.of(
                    Path.of("/run/docker/plugins"),
                    Path.of("/etc/docker/plugins"),
                    Path.of("/usr/lib/docker/plugins")));

    /** Copies; what is wrong is in {@link #mistakes}. */
    public VolumeSettings {
        hostPathsAllowed = List.copyOf(hostPathsAllowed);
        dockerPluginDirectories = List.copyOf(dockerPluginDirectories);
    }

    /** Returns everything that is wrong with these together, each with its name; empty if nothing is. */
    public List<String> mistakes() {
        List<String> mistakes = new ArrayList<>();
        check(mistakes, "hostPathVolumeAllow", hostPathsAllowed);
        check(mistakes, "dockerVolumePluginDirs", dockerPluginDirectories);
        return mistakes;
    }

    private static void check(List<String> mistakes, String name, List<Path> paths) {
        paths.stream()
                .filter(path -> !path.isAbsolute())
                .forEach(path -> mistakes.add(name + " '" + path + "': must be absolute"));
    }

    /** Returns these with other paths of the host. */
    public VolumeSettings withHostPathsAllowed(List<Path> others) {
        return new VolumeSettings(others, dockerPluginDirectories);
    }

    /** Returns these with other directories of plug-ins. */
    public VolumeSettings withDockerPluginDirectories(List<Path> others) {
        return new VolumeSettings(hostPathsAllowed, others);
    }
}
