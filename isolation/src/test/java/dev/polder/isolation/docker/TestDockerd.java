package dev.polder.isolation.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A dockerd with a network, mounts and files of its own, and a look at what it leaves. */
public final class TestDockerd {
    /** The image that it has. */
    public static final String IMAGE = "polder/busybox:1";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Where it listens. */
    public final Path socket;

    private final Path directory;
    private final String groups = "polder-test-" + UUID.randomUUID();
    private Process process;

    private TestDockerd(Path directory) throws IOException {
        this.directory = directory.toRealPath();
        this.socket = this.directory.resolve("docker.sock");
        this.process = launch();
    }

    /** Starts one, with an image of busybox. */
    public static TestDockerd start(Path directory) throws IOException, InterruptedException {
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "only root runs dockerd");
        for (String program : List.of("/usr/sbin/dockerd", "/usr/bin/docker", "/bin/busybox", "/usr/bin/nsenter")) {
            assumeTrue(Files.isExecutable(Path.of(program)), "no " + program);
        }
        TestDockerd dockerd = new TestDockerd(directory);
        dockerd.engine();
        Path root = directory.resolve("root");
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectory(root.resolve("tmp"));
        Files.copy(Path.of("/bin/busybox").toRealPath(), root.resolve("bin/busybox"));
        for (String applet : List.of(
                "sh", "cat", "echo", "grep", "hostname", "id", "ls", "nc", "sleep", "stty", "tail", "touch", "true")) {
            Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
        }
        dockerd.run("sh", "-c", "tar -C " + root + " -c . | docker -H unix://" + dockerd.socket + " import - " + IMAGE);
        return dockerd;
    }

    private Process launch() throws IOException {
        String script = "ip link set lo up; exec /usr/sbin/dockerd --data-root \"$1/data\" --exec-root \"$1/exec\""
                + " -H \"unix://$1/docker.sock\" --pidfile \"$1/pid\" --bip 192.0.2.1/24 --cgroup-parent \"/$2\"";
        return new ProcessBuilder("unshare", "--mount", "--net", "sh", "-c", script, "sh", directory.toString(), groups)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
    }

    /** Returns a client, as soon as there is something to connect to. */
    public DockerEngine engine() {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> DockerEngine.connect(socket, Duration.ofSeconds(60)), engine -> true);
    }

    /** Kills the engine; what it has started goes on. */
    public void kill() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        // the engine waits for the one of that number otherwise, which it takes for its own
        Path pid = directory.resolve("exec/containerd/containerd.pid");
        ProcessHandle containerd =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        containerd.destroyForcibly();
        containerd.onExit().join();
        Files.delete(pid);
        Files.deleteIfExists(directory.resolve("pid"));
        Files.deleteIfExists(socket);
    }

    /** Starts it anew after {@link #kill}. */
    public void startAgain() throws IOException {
        process = launch();
    }

    /** Runs a program of the host in the engine's network. Returns what it says. */
    String inNetwork(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(process.pid()), "-n"));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    private String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process program = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(program.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends", List.of(command))
                    .isTrue();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(program.exitValue()).as(said).isZero();
            return said;
        } finally {
            program.destroyForcibly();
        }
    }

    /** Ends the engine and looks for what is left of it. */
    public void stop() throws IOException, InterruptedException {
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(processes()).isEmpty());
        for (Path group : groups()) {
            // the engine leaves the group that it was given
            Files.delete(group);
        }
        assertThat(groups()).isEmpty();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    private List<String> processes() {
        return ProcessHandle.allProcesses()
                .map(handle -> handle.info().commandLine().orElse(""))
                .filter(line -> line.contains(directory.toString()))
                .toList();
    }

    private List<Path> groups() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(" - cgroup")) {
                Path mount = Path.of(line.split(" ", -1)[4]);
                Stream.of(mount.resolve(groups)).filter(Files::isDirectory).forEach(found::add);
            }
        }
        return found;
    }
}
