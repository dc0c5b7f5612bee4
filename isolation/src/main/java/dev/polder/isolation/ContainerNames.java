package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Directories that are called by the ids of containers. */
public final class ContainerNames {
    private ContainerNames() {}

    /** Returns the ids; none if there is no such directory. */
    public static Set<ContainerId> in(Path directory) throws IOException {
        Set<ContainerId> found = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                ContainerId.of(file.getFileName().toString()).ifPresent(found::add);
            }
        } catch (NoSuchFileException none) {
            return Set.of();
        }
        return found;
    }
}
