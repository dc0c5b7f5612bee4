package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is left of a container on this host. */
final class Remains {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Path NOWHERE = Path.of("/no such directory");

    private Remains() {}

    /** Returns the control groups of a container's own. */
    static List<Path> groups(ContainerId id) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(CGROUPS, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path group, BasicFileAttributes attributes) {
                if (group.endsWith(id.toString())) {
                    found.add(group);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path group, IOException removedByOthers) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path group, @Nullable IOException removedByOthers) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    /** Returns the living processes that carry a container's id. */
    static List<ProcessHandle> processes(ContainerId id) {
        return new HostProcesses(Path.of("/proc")).ofContainer(id, NOWHERE);
    }
}
