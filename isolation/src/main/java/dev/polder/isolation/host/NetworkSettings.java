package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * To which networks a node attaches its containers. Immutable.
 *
 * @param configurations where the operator sets networks up, absolute; none are if it is empty
 * @param plugins where the programs are, absolute; the first that has a name counts
 */
public record NetworkSettings(Optional<Path> configurations, List<Path> plugins) {
    /** No networks, and plug-ins where distributions and their makers put them. */
    public static final NetworkSettings DEFAULT =
            new NetworkSettings(Optional.empty(), List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni")));

    /** Copies; what is wrong is in {@link #mistakes}. */
    public NetworkSettings {
        requireNonNull(configurations, "configurations");
        plugins = List.copyOf(plugins);
    }

    /** Returns everything that is wrong with these together, each with its name; empty if nothing is. */
    public List<String> mistakes() {
        List<String> mistakes = new ArrayList<>();
        configurations
                .filter(path -> !path.isAbsolute())
                .ifPresent(path -> mistakes.add("cniConfigDir '" + path + "': must be absolute"));
        Stream<Path> wrong = plugins.stream()
                .filter(path -> !path.isAbsolute() || path.toString().contains(":"));
        wrong.forEach(path -> mistakes.add("cniPluginsDir '" + path + "': must be absolute, and have no ':'"));
        if (plugins.isEmpty()) {
            mistakes.add("cniPluginsDir: must name at least one directory");
        }
        return mistakes;
    }

    /** Returns these with networks that are set up there. */
    public NetworkSettings withConfigurations(Path other) {
        return new NetworkSettings(Optional.of(other), plugins);
    }

    /** Returns these with other directories of plug-ins. */
    public NetworkSettings withPlugins(List<Path> others) {
        return new NetworkSettings(configurations, others);
    }
}
