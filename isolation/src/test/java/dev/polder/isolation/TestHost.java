package dev.polder.isolation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Directories and specs for tests with real processes. */
final class TestHost {
    static final String PATH = "/usr/local/bin:/usr/bin:/bin";

    final Path containers;
    private final Path sandboxes;

    TestHost(Path base) {
        try {
            this.containers = base.resolve("containers");
            this.sandboxes = Files.createDirectories(base.resolve("sandboxes"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ContainerId newId() {
        return new ContainerId(UUID.randomUUID());
    }

    Path sandbox(ContainerId id) {
        return sandboxes.resolve(id.toString());
    }

    /** Returns what the task has written; nothing before it has come so far as to make the file. */
    String stdout(ContainerId id) throws IOException {
        Path file = sandbox(id).resolve("stdout");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    String stderr(ContainerId id) throws IOException {
        return Files.readString(sandbox(id).resolve("stderr"));
    }

    ContainerDirectory files(ContainerId id) throws IOException {
        return new ContainerDirectory(containers.toRealPath().resolve(id.toString()));
    }

    /** A shell command, as a task with {@code shell=true} has it. */
    TaskSpec shell(String command) {
        return spec("/bin/sh", List.of("sh", "-c", command), Map.of());
    }

    TaskSpec spec(String program, List<String> arguments, Map<String, String> environment) {
        return spec(newId(), program, arguments, environment, null);
    }

    TaskSpec spec(
            ContainerId id,
            String program,
            List<String> arguments,
            Map<String, String> environment,
            @Nullable String user) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.putIfAbsent("PATH", PATH);
        try {
            return new TaskSpec(id, program, arguments, variables, Files.createDirectories(sandbox(id)), user);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
