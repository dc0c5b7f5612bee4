package dev.polder.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.ClusterNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of Mesos that nobody here wrote, each running a real task to its end. */
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class UnmodifiedClientsTest {
    @TempDir
    private Path directory;

    @Test
    void shouldServeTheRxJavaClient() throws Exception {
        Path jars = module().resolve("target/rx-client");
        assumeTrue(Files.isDirectory(jars), "the client's jars are not in " + jars + "; the build puts them there");
        Path source = directory.resolve("RxScheduler.java");
        try (InputStream in = getClass().getResourceAsStream("clients/RxScheduler.java.txt")) {
            Files.copy(requireNonNull(in), source);
        }
        String classPath = classPath(jars);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-nowarn", "-d", directory.toString(), "-cp", classPath, source.toString());
        assertThat(compiled).isZero();

        try (ClusterNode node = ClusterNode.start()) {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            String url = "http://127.0.0.1:" + node.masterAddress().getPort() + "/api/v1/scheduler";

            assertThat(run(60, directory, java, "-cp", classPath, "RxScheduler", url))
                    .containsSubsequence("TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED", "exit 0");
        }
    }

    private String classPath(Path jars) throws IOException {
        try (Stream<Path> files = Files.list(jars)) {
            return Stream.concat(Stream.of(directory), files)
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        }
    }

    @Test
    void shouldServeTheNpmClient() throws Exception {
        assumeTrue(isThere("node") && isThere("npm"), "node and npm are not installed");
        for (String file : List.of("package.json", "package-lock.json", ".npmrc", "scheduler.js")) {
            Files.copy(module().resolve("src/test/npm").resolve(file), directory.resolve(file));
        }
        assertThat(run(300, directory, "npm", "ci", "--silent")).endsWith("exit 0");

        try (ClusterNode node = ClusterNode.start()) {
            String port = Integer.toString(node.masterAddress().getPort());
            String logs = directory.resolve("logs").toString();

            assertThat(run(60, directory, "node", "scheduler.js", "127.0.0.1", port, logs))
                    .containsSubsequence("TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED", "exit 0");
        }
    }

    private static Path module() {
        return Files.isDirectory(Path.of("src/test/npm"))
                ? Path.of("").toAbsolutePath()
                : Path.of("core").toAbsolutePath();
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1)).anyMatch(at -> Files.isExecutable(Path.of(at, program)));
    }

    /** Runs a program to its end; returns its output, line by line, and how it ended. */
    private List<String> run(int secondsMax, Path in, String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "out", "");
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        String end = "killed after " + secondsMax + " s";
        if (process.waitFor(secondsMax, TimeUnit.SECONDS)) {
            end = "exit " + process.exitValue();
        } else {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return Stream.concat(Files.readString(out, StandardCharsets.UTF_8).lines(), Stream.of(end))
                .toList();
    }
}
