package dev.polder.isolation.image;

import java.nio.file.Path;
import java.util.List;

/**
 * A container's tree that it has still to mount, or that is there already where layers are copied.
 *
 * @param root its root, once it is mounted
 * @param directory where the command is to be run
 * @param mount the command; empty if nothing is to be mounted
 */
public record UnmountedRoot(Path root, Path directory, List<String> mount) {
    /** Copies. */
    public UnmountedRoot {
        mount = List.copyOf(mount);
    }
}
