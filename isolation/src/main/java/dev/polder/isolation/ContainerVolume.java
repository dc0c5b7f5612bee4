package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * Something that a container wants to find in its tree.
 *
 * @param path where: absolute, or relative to its sandbox
 * @param readOnly it cannot be changed there
 * @param source what it is
 */
public record ContainerVolume(String path, boolean readOnly, Source source) {
    /** How many a container may have. */
    public static final int COUNT_MAX = 64;

    /** Refuses null. */
    public ContainerVolume {
        requireNonNull(path, "path");
        requireNonNull(source, "source");
    }

    /** What a volume is. */
    public sealed interface Source {}

    /**
     * A file or directory of this host.
     *
     * @param path absolute
     * @param receivesMounts what is mounted in it on the host later appears in the container, too
     */
    public record HostPath(String path, boolean receivesMounts) implements Source {
        /** Refuses null. */
        public HostPath {
            requireNonNull(path, "path");
        }
    }

    /**
     * A file or directory of the container's own sandbox; made as a directory if it is missing.
     *
     * @param path relative
     */
    public record SandboxPath(String path) implements Source {
        /** Refuses null. */
        public SandboxPath {
            requireNonNull(path, "path");
        }
    }

    /** A file with a secret, which is in memory only and which nobody but the task's user may read. */
    public record Secret(SecretValue value) implements Source {
        /** Refuses null. */
        public Secret {
            requireNonNull(value, "value");
        }
    }

    /**
     * The tree of an image, which is here and held for the container; what it writes there ends with it.
     *
     * @param reference the image's full name
     */
    public record OfImage(String reference) implements Source {
        /** Refuses null. */
        public OfImage {
            requireNonNull(reference, "reference");
        }
    }

    /**
     * What a driver that is not of this node provides.
     *
     * @param driver its name
     * @param name the volume's, which the driver knows
     * @param options for a volume that is made now
     */
    public record External(String driver, String name, Map<String, String> options) implements Source {
        /** Copies. */
        public External {
            requireNonNull(driver, "driver");
            requireNonNull(name, "name");
            options = Map.copyOf(options);
        }
    }
}
