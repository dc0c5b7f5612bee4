package dev.polder.isolation.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Which paths of this host containers may see: those below what an operator has named. Immutable. */
final class HostPaths {
    private final List<Path> allowed;

    HostPaths(List<Path> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /** Finds what a path leads to, with all its links. */
    FoundFile find(String text) throws IOException {
        Path path = VolumeTarget.path("host path", text);
        if (!path.isAbsolute()) {
            throw new IOException("Path '" + text + "' in HOST_PATH volume is not absolute");
        }
        Path real;
        try {
            real = path.toRealPath();
        } catch (NoSuchFileException absent) {
            throw new IOException("Path '" + text + "' in HOST_PATH volume does not exist", absent);
        }
        for (Path prefix : allowed) {
            Path trusted = realOrItself(prefix);
            if (real.startsWith(trusted)) {
                FoundFile found = FoundFile.below(trusted, trusted.relativize(real));
                if (found != null) {
                    return found;
                }
            }
        }
        throw new IOException("Path '" + text + "' in HOST_PATH volume "
                + (real.equals(path) ? "" : "leads to '" + real + "', which ")
                + "is not below what this agent allows: "
                + (allowed.isEmpty() ? "nothing" : allowed) + " (host-path-volume-allow)");
    }

    private static Path realOrItself(Path prefix) throws IOException {
        return Files.exists(prefix) ? prefix.toRealPath() : prefix;
    }
}
