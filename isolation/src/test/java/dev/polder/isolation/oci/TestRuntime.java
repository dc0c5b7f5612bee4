package dev.polder.isolation.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs containers in a root of busybox, and looks for what they leave. */
final class TestRuntime {
    private static final long SECONDS_MAX = 60;
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    /** crun refuses hosts that have both versions of control groups; in a view of its own there is only one. */
    private static final String WITHOUT_V2 =
            "if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi; exec \"$@\"";

    final Path base;
    final Path root;
    private final String name;

    TestRuntime(String name, Path base) throws IOException, InterruptedException {
        this.name = name;
        this.base = base.toRealPath();
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root runs containers here");
        assumeTrue(runs("busybox"), "no busybox");
        assumeTrue(runs(name), "no " + name);
        this.root = busyboxRoot(this.base.resolve("root"));
    }

    private static boolean runs(String program) {
        return Stream.of("/bin", "/usr/bin", "/usr/sbin").anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
    }

    static Path busyboxRoot(Path root) throws IOException, InterruptedException {
        Path bin = Files.createDirectories(root.resolve("bin"));
        for (String directory : List.of("proc", "dev", "sys", "tmp", "etc", "mnt")) {
            Files.createDirectory(root.resolve(directory));
        }
        Files.copy(BUSYBOX.toRealPath(), bin.resolve("busybox"));
        for (String applet : List.of(
                "sh",
                "cat",
                "grep",
                "hostname",
                "id",
                "ls",
                "mount",
                "stty",
                "touch",
                "true",
                "ln",
                "env",
                "pwd",
                "linux32",
                "linux64",
                "echo",
                "ps",
                "sleep",
                "dd",
                "mkdir",
                "chmod")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        return root;
    }

    /** What a container, or a program, came to; {@code said} is both of its outputs. */
    record Outcome(int code, String said) {}

    /** Runs a container to its end. */
    Outcome run(OciProcess process, OciContainer container) throws IOException, InterruptedException {
        String id = "polder-test-" + UUID.randomUUID();
        Outcome outcome = execute(command(id, process, container));
        assertThat(leftovers(id)).isEmpty();
        return outcome;
    }

    /** Runs a usual container to its end, with a terminal around its runtime that {@code before} is done to. */
    Outcome runInTerminal(String before, OciProcess process) throws IOException, InterruptedException {
        String id = "polder-test-" + UUID.randomUUID();
        String quoted = command(id, process, container()).stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        Path file = Files.writeString(base.resolve("command"), before + "\nexec " + quoted);
        Outcome outcome = execute(List.of("setsid", "-w", "script", "-qec", "sh " + file, "/dev/null"));
        assertThat(leftovers(id)).isEmpty();
        return outcome;
    }

    private List<String> command(String id, OciProcess process, OciContainer container) throws IOException {
        Path bundle = Files.createTempDirectory(base, "bundle");
        OciBundle.write(bundle, process, container);
        List<String> command = new ArrayList<>();
        if (name.equals("crun")) {
            command.addAll(List.of("unshare", "--mount", "sh", "-c", WITHOUT_V2, "sh"));
        }
        command.addAll(List.of(name, "--root", base.resolve("state").toString(), "run", "-b", bundle.toString(), id));
        return command;
    }

    /** A command of a shell, in a usual container. */
    OciProcess shell(String script) {
        return OciProcess.of(List.of("sh", "-c", script));
    }

    OciContainer container() {
        return OciContainer.of(root);
    }

    static Outcome execute(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("outcome", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS))
                    .as("%s ends", command)
                    .isTrue();
            return new Outcome(
                    process.exitValue(),
                    Files.readString(output, StandardCharsets.UTF_8).strip());
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    /** Returns control groups and mounts of a container that has ended. */
    private List<String> leftovers(String id) throws IOException {
        List<String> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            String point = line.split(" ", -1)[4];
            if (point.startsWith(base.toString())) {
                found.add(point);
            }
            if (line.contains(" - cgroup") && Files.isDirectory(Path.of(point, id))) {
                found.add(point + "/" + id);
            }
        }
        Path state = base.resolve("state").resolve(id);
        if (Files.exists(state)) {
            found.add(state.toString());
        }
        return found;
    }
}
