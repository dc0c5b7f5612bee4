package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A network namespace that plays the host: what real plug-ins change there, the machine never sees. */
public final class HostNamespace implements AutoCloseable {
    private final NetworkNamespaces namespaces;
    private final ContainerId name = new ContainerId(UUID.randomUUID());
    public final Path path;

    HostNamespace(Path directory) throws IOException {
        this.namespaces = NetworkNamespaces.open(directory);
        this.path = namespaces.create(name);
    }

    public static void assumeRoot(Path directory) throws IOException {
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "only root makes network namespaces");
    }

    public static void assertNothingIsMounted(Path below) throws IOException {
        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
                .noneMatch(mount -> mount.contains(" " + below + "/"));
    }

    /** Returns what a shell command says, which must succeed. */
    public static String said(String command) throws IOException, InterruptedException {
        return run(List.of("sh", "-c", command));
    }

    /** Runs a shell command in a namespace. */
    public static String in(Path namespace, String command) throws IOException, InterruptedException {
        return run(List.of("nsenter", "--net=" + namespace, "sh", "-c", command));
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("polder-said", "");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).describedAs("%s: %s", command, said).isZero();
            return said.strip();
        } finally {
            Files.delete(output);
        }
    }

    String in(String command) throws IOException, InterruptedException {
        return in(path, command);
    }

    @Override
    public void close() throws IOException {
        namespaces.release(name);
    }
}
