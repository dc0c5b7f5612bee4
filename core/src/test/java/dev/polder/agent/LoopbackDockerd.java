package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A dockerd of a test's own, in a network and mounts of its own, with an image of busybox. */
final class LoopbackDockerd {
    static final String IMAGE = "polder/busybox:1";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> PROGRAMS =
            List.of("/usr/sbin/dockerd", "/usr/local/bin/docker", "/bin/busybox", "/usr/bin/unshare");

    private final Path socket;
    private final String groups = "polder-test-" + UUID.randomUUID();
    private final Process process;

    private LoopbackDockerd(Path socket) throws IOException {
        this.socket = socket;
        String script = "ip link set lo up; exec /usr/sbin/dockerd --data-root \"$1/data\" --exec-root \"$1/exec\""
                + " -H \"unix://$2\" --pidfile \"$1/pid\" --bip 192.0.2.1/24 --cgroup-parent \"/$3\"";
        Path directory = socket.getParent();
        process = new ProcessBuilder(
                        "unshare", "--mount", "--net", "sh", "-c", script, "sh", directory + "", socket + "", groups)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }

    /** Is there all that it needs? */
    static boolean canRun() {
        return System.getProperty("user.name").equals("root")
                && PROGRAMS.stream().allMatch(program -> Files.isExecutable(Path.of(program)));
    }

    static LoopbackDockerd start(Path socket) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(socket.getParent());
        LoopbackDockerd dockerd = new LoopbackDockerd(socket);
        await().atMost(PATIENCE).until(() -> dockerd.docker("version") == 0);
        Path root = directory.resolve("root");
        Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("/bin/busybox").toRealPath(), root.resolve("bin/busybox"));
        for (String applet : List.of("sh", "cat", "echo", "sleep", "tail", "env")) {
            Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
        }
        Path archive = directory.resolve("image.tar");
        assertThat(run("tar", "-C", root.toString(), "-cf", archive.toString(), "."))
                .isZero();
        assertThat(dockerd.docker("import", archive.toString(), IMAGE)).isZero();
        return dockerd;
    }

    private int docker(String... arguments) throws IOException, InterruptedException {
        return run(Stream.concat(Stream.of("docker", "-H", "unix://" + socket), Stream.of(arguments))
                .toArray(String[]::new));
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process program = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(program.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends", List.of(command))
                    .isTrue();
            return program.exitValue();
        } finally {
            program.destroyForcibly();
        }
    }

    /** Is there a container, running or not? */
    boolean hasContainers() throws IOException, InterruptedException {
        Path list = Files.createTempFile(socket.getParent(), "list", ".txt");
        Process program = new ProcessBuilder("docker", "-H", "unix://" + socket, "ps", "--all", "--quiet")
                .redirectErrorStream(true)
                .redirectOutput(list.toFile())
                .start();
        assertThat(program.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
        return Files.size(list) > 0;
    }

    /** Ends it, and looks for what is left of it. */
    void stop() throws IOException, InterruptedException {
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String directory = socket.getParent().toString();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ProcessHandle.allProcesses()
                                .map(handle -> handle.info().commandLine().orElse(""))
                                .filter(line -> line.contains(directory)))
                        .isEmpty());
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(" - cgroup")) {
                // the engine leaves the group that it was given
                Files.deleteIfExists(Path.of(line.split(" ", -1)[4]).resolve(groups));
            }
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory);
    }
}
