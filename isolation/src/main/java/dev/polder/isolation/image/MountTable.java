package dev.polder.isolation.image;

import dev.polder.isolation.files.MountPoints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What is mounted, as this process sees it, in paths. */
final class MountTable {
    private MountTable() {}

    /** Returns the mount points at or below a directory, the last mounted first. Nothing where there is no table. */
    static List<Path> below(Path directory) throws IOException {
        return paths(MountPoints.below(directory));
    }

    static List<Path> below(String table, Path directory) {
        return paths(MountPoints.below(table, directory));
    }

    private static List<Path> paths(List<String> points) {
        return points.stream()
                .map(point -> RawPaths.target(
                        new String(point.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)))
                .toList();
    }
}
