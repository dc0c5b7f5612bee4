package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * Which Docker engine runs containers for a node. Immutable.
 *
 * @param socket where it listens, absolute
 */
public record DockerSettings(Path socket) {
    /** The engine of this host, where Docker puts it. */
    public static final DockerSettings DEFAULT = new DockerSettings(Path.of("/var/run/docker.sock"));

    /** Refuses null; what is wrong is in {@link #mistakes}. */
    public DockerSettings {
        requireNonNull(socket, "socket");
    }

    /** Returns everything that is wrong with these, with its name; empty if nothing is. */
    public List<String> mistakes() {
        return socket.isAbsolute() ? List.of() : List.of("dockerSocket '" + socket + "': must be absolute");
    }
}
