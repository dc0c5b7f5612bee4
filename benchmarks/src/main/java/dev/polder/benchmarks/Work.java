package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a case keeps its files: below a directory that was named and stays, or in a temporary one that is deleted. */
final class Work implements AutoCloseable {
    private final Path directory;
    private final boolean temporary;

    private Work(Path directory, boolean temporary) {
        this.directory = directory;
        this.temporary = temporary;
    }

    static Work below(Optional<Path> named, String name) throws IOException {
        return named.isPresent()
                ? new Work(Files.createDirectories(named.get().toAbsolutePath().resolve(name)), false)
                : temporary(Optional.empty());
    }

    /** Returns a directory that is deleted, below another or where temporary ones are. */
    static Work temporary(Optional<Path> parent) throws IOException {
        String prefix = "polder-bench-";
        return new Work(
                parent.isPresent()
                        ? Files.createTempDirectory(
                                Files.createDirectories(parent.get().toAbsolutePath()), prefix)
                        : Files.createTempDirectory(prefix),
                true);
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            try (Stream<Path> content = Files.walk(directory)) {
                for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
