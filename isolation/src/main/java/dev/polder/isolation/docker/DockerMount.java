package dev.polder.isolation.docker;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that is mounted in a container.
 *
 * @param source a path of the engine's host, or the name of a volume
 * @param target absolute, in the container
 * @param driver who has the volume; empty for the engine itself
 */
public record DockerMount(Kind kind, String source, String target, boolean readOnly, String driver) {
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
        if (!driver.isEmpty() && kind == Kind.BIND) {
            throw new IllegalArgumentException("driver '" + driver + "' is nothing for a " + kind);
        }
    }

    /** Shows a path of the host. */
    public static DockerMount bind(Path source, String target, boolean readOnly) {
        return new DockerMount(Kind.BIND, source.toString(), target, readOnly, "");
    }

    /** Shows a volume. */
    public static DockerMount volume(String name, String target, boolean readOnly) {
        return new DockerMount(Kind.VOLUME, name, target, readOnly, "");
    }

    /** Returns the volume of a driver. */
    public DockerMount of(String itsDriver) {
        return new DockerMount(kind, source, target, readOnly, itsDriver);
    }

    Map<String, Object> toJson() {
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("Type", kind == Kind.BIND ? "bind" : "volume");
        mount.put("Source", source);
        mount.put("Target", target);
        mount.put("ReadOnly", readOnly);
        if (!driver.isEmpty()) {
            mount.put("VolumeOptions", Map.of("DriverConfig", Map.of("Name", driver)));
        }
        return mount;
    }
}
