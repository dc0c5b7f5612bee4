package dev.polder.benchmarks;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Tasks that are measured, each with a directory to run in. */
final class Sandboxes {
    private final Path directory;

    Sandboxes(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    /** Returns a task that runs a program with arguments. */
    TaskSpec task(String... command) throws IOException {
        ContainerId id = new ContainerId(UUID.randomUUID());
        return new TaskSpec(
                id,
                command[0],
                List.of(command),
                Map.of(),
                Files.createDirectory(directory.resolve(id.toString())),
                null);
    }
}
