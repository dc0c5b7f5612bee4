package dev.polder.isolation.docker;

import java.nio.file.Path;
import java.util.Map;

/**
 * Something that is mounted in a container.
 *
 * @param source a path of the engine's host, or the name of a volume
 * @param target absolute, in the container
 */
public record DockerMount(Kind kind, String source, String target, boolean readOnly) {
    /** What the source is. */
    public enum Kind {
        /** A path of the host, which must be there. */
        BIND,
        /** A volume of the engine, made if it is missing. */
        VOLUME
    }

    /** Refuses paths that are not absolute. */
    public DockerMount {
        if (!target.startsWith("/")) {
            throw new IllegalArgumentException("target " + target + " is not absolute");
        }
        if (source.isEmpty() || source.startsWith("/") != (kind == Kind.BIND)) {
            throw new IllegalArgumentException("source '" + source + "' is nothing for a " + kind);
        }
    }

    /** Shows a path of the host. */
    public static DockerMount bind(Path source, String target, boolean readOnly) {
        return new DockerMount(Kind.BIND, source.toString(), target, readOnly);
    }

    /** Shows a volume. */
    public static DockerMount volume(String name, String target, boolean readOnly) {
        return new DockerMount(Kind.VOLUME, name, target, readOnly);
    }

    Map<String, Object> toJson() {
        return Map.of(
                "Type", kind == Kind.BIND ? "bind" : "volume",
                "Source", source,
                "Target", target,
                "ReadOnly", readOnly);
    }
}
