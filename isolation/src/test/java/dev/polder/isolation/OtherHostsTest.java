package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.RecordingListener.Told;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same launcher where the shell, the accounts or the system are others. */
@Tag("slow")
class OtherHostsTest {
    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();

    private static LauncherSettings settings(TestHost host, RecordingListener heard) {
        return LauncherSettings.of(host.containers, "n1", false, heard);
    }

    static Stream<Arguments> shells() {
        List<List<String>> shells = List.of(List.of("/bin/dash"), List.of("/bin/bash"), List.of("/bin/busybox", "ash"));
        return shells.stream().flatMap(shell -> Stream.of(Arguments.of(shell, true), Arguments.of(shell, false)));
    }

    private ExitStatus run(TaskLauncher launcher, TaskSpec spec) {
        launcher.launch(spec);
        return heard.awaitExit(spec.id());
    }

    @ParameterizedTest
    @MethodSource("shells")
    void shouldRunUnderEveryShell(List<String> shell, boolean orphanShims) throws IOException {
        assumeTrue(Files.isExecutable(Path.of(shell.get(0))), () -> shell.get(0) + " is not on this machine");
        TestHost host = new TestHost(base);
        try (TaskLauncher launcher = TaskLauncher.open(settings(host, heard).with(shell, orphanShims))) {
            launcher.start();
            assertThat(run(launcher, host.shell("exit 3"))).isEqualTo(new Exited(3));
            for (int signal : new int[] {1, 2, 3, 6, 9, 11, 13, 14, 15, 31, 34, 64}) {
                // in a background job most shells ignore these two
                boolean mayBeIgnored = !orphanShims && (signal == 2 || signal == 3);
                assertThat(run(launcher, host.shell("kill -" + signal + " $$")))
                        .as("kill -%s", signal)
                        .isIn(new Signaled(signal), mayBeIgnored ? new Exited(0) : new Signaled(signal));
            }
            for (int code : new int[] {126, 128, 129, 137, 139, 255}) {
                assertThat(run(launcher, host.shell("exit " + code))).isEqualTo(new Exited(code));
            }
            TaskSpec env = host.spec("/usr/bin/env", List.of("env"), Map.of("A", "é'\n\"$x`"));
            assertThat(run(launcher, env)).isEqualTo(new Exited(0));
            assertThat(host.stdout(env.id()).lines().count()).isEqualTo(4);
            assertThat(host.stdout(env.id())).contains("A=é'\n\"$x`\n");

            TaskSpec stubborn = host.shell("trap '' TERM; sleep 1000 & echo; wait; wait; sleep 1000");
            launcher.launch(stubborn);
            Awaitility.await()
                    .until(() -> Files.exists(host.sandbox(stubborn.id()).resolve("stdout"))
                            && !host.stdout(stubborn.id()).isEmpty());
            launcher.kill(stubborn.id(), Duration.ofMillis(200));
            assertThat(heard.awaitExit(stubborn.id())).isEqualTo(new Signaled(9));
        }
    }

    /** The /proc of another namespace tells numbers that are other processes' here. */
    @Test
    void shouldKillNobodyWhoseNumberAForeignProcTells() throws Exception {
        TestHost host = new TestHost(base);
        Files.createDirectories(host.containers);
        LaunchShell.writeScript(base);
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            Path proc = base.resolve("proc");
            Path shown = Files.createDirectories(proc.resolve(Long.toString(other.pid())));
            Files.writeString(shown.resolve("stat"), Files.readString(Path.of("/proc/" + other.pid() + "/stat")));
            Files.createSymbolicLink(proc.resolve("self"), shown.getFileName());
            ContainerId id = TestHost.newId();
            String intent = "sandbox=" + ShellText.quote(base.toString()) + "\ntask() { exit 3; }\n";
            host.files(id).create(intent.getBytes(StandardCharsets.US_ASCII), false);
            Process launching = new ProcessBuilder(
                            "/bin/sh",
                            base.resolve(LaunchShell.SCRIPT).toString(),
                            host.containers.toString(),
                            base.resolve("no-line").toString(),
                            proc.toString(),
                            "boot",
                            "yes",
                            "no")
                    .redirectOutput(base.resolve("said").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();

            launching.getOutputStream().write(("launch " + id + "\n").getBytes(StandardCharsets.US_ASCII));
            launching.getOutputStream().close();

            // the shim outlives the launch shell
            Awaitility.await()
                    .until(() -> Files.readString(base.resolve("said")).contains("\n- "));
            assertThat(Files.readString(base.resolve("said")))
                    .matches("\\+ " + id + " \\d+ 0 \\d+ boot\n- " + id + " exited 3\n")
                    .doesNotContain(" " + other.pid() + " ");
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldReapShimsWhereNobodyElseDoes() throws IOException {
        TestHost host = new TestHost(base);
        try (TaskLauncher launcher = TaskLauncher.open(settings(host, heard).with(List.of("/bin/sh"), false))) {
            launcher.start();
            for (int i = 0; i < 150; i++) {
                run(launcher, host.spec("/bin/true", List.of("/bin/true"), Map.of()));
            }

            assertThat(ProcessHandle.of(launcher.shellPid()).orElseThrow().children())
                    .as("zombies among them")
                    .hasSizeLessThan(80);
        }
    }

    @Test
    void shouldEndTasksWithItselfWithoutProc() throws IOException {
        TestHost host = new TestHost(base);
        HostTools bare = new HostTools(null, null, null, null, null);
        TaskSpec spec = host.shell("trap 'exit 5' TERM; echo $$; while :; do sleep 0.05; done");
        try (TaskLauncher launcher = TaskLauncher.open(settings(host, heard).with(bare, base.resolve("no-proc")))) {
            launcher.start();
            assertThat(run(launcher, host.shell("exit 3"))).isEqualTo(new Exited(3));
            // a kill reaches the first process only
            TaskSpec killed = host.shell("exec sleep 1000");
            launcher.launch(killed);
            heard.awaitStart(killed.id());
            launcher.kill(killed.id(), Duration.ofSeconds(30));
            assertThat(heard.awaitExit(killed.id())).isEqualTo(new Signaled(15));
            launcher.launch(spec);
            Awaitility.await()
                    .until(() -> Files.exists(host.sandbox(spec.id()).resolve("stdout"))
                            && !host.stdout(spec.id()).isEmpty());
        }

        Awaitility.await().until(() -> host.files(spec.id()).read().exit() != null);
        RecordingListener next = new RecordingListener();
        try (TaskLauncher launcher = TaskLauncher.open(settings(host, next).with(bare, base.resolve("no-proc")))) {
            launcher.start();
            assertThat(next.awaitEnd(spec.id())).isEqualTo(new Told.Exited(new Exited(5)));
        }
    }

    @Test
    void shouldRunAsTheUserOfTheTask() throws Exception {
        assumeTrue(isRoot(), "only root can switch to another user");
        assumeTrue(HostTools.find().setpriv() != null, "this host has no setpriv");
        TestHost host = new TestHost(base);
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        TaskSpec spec = asNobody(host, "/bin/sh", List.of("sh", "-c", "id -un; id -gn; echo x >made; ls -l stdout"));
        TaskSpec variables = asNobody(host, "/usr/bin/env", List.of("env"));
        TaskSpec refused = host.spec(TestHost.newId(), "/root/x", List.of("/root/x"), Map.of(), "nobody");
        chown(host.sandbox(refused.id()));
        try (TaskLauncher launcher = TaskLauncher.open(settings(host, heard))) {
            launcher.start();

            assertThat(run(launcher, spec)).isEqualTo(new Exited(0));
            assertThat(run(launcher, refused)).isEqualTo(new Exited(1));

            List<String> lines = host.stdout(spec.id()).lines().toList();
            assertThat(lines.get(0)).isEqualTo("nobody");
            assertThat(lines.get(1)).isEqualTo("nogroup");
            assertThat(lines.get(2)).contains("nobody");
            assertThat(run(launcher, variables)).isEqualTo(new Exited(0));
            assertThat(host.stdout(variables.id()).lines())
                    .containsExactlyInAnyOrder(
                            "a.b=c", "PATH=" + TestHost.PATH, "POLDER_CONTAINER_ID=" + variables.id());
            assertThat(host.stderr(refused.id())).contains("/root/x");
            TaskSpec sleeper = asNobody(host, "/bin/sleep", List.of("sleep", "1000"));
            launcher.launch(sleeper);
            heard.awaitStart(sleeper.id());
            launcher.kill(sleeper.id(), Duration.ofMinutes(1));
            assertThat(heard.awaitExit(sleeper.id())).isEqualTo(new Signaled(15));
        }
    }

    /** The dynamic loader says in a file of each program's own what it has loaded: whose files are there? */
    @Test
    void shouldLoadNothingOfATasksBeforeItIsTheTasksUsers() throws Exception {
        assumeTrue(isRoot(), "only root can switch to another user");
        assumeTrue(HostTools.find().setpriv() != null, "this host has no setpriv");
        TestHost host = new TestHost(base);
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        Path traces = Files.createDirectory(base.resolve("traces"));
        Files.setPosixFilePermissions(traces, PosixFilePermissions.fromString("rwxrwxrwx"));
        Map<String, String> loader = Map.of(
                "LD_DEBUG",
                "statistics",
                "LD_DEBUG_OUTPUT",
                traces.resolve("of").toString());
        try (TaskLauncher launcher = TaskLauncher.open(settings(host, heard))) {
            launcher.start();
            for (Set<Namespace> namespaces : List.of(Set.<Namespace>of(), Set.of(Namespace.IPC))) {
                ContainerId id = TestHost.newId();
                TaskSpec spec = host.spec(id, "/bin/true", List.of("true"), loader, "nobody")
                        .in(new Containment(List.of(), namespaces, Optional.empty()));
                chown(host.sandbox(id));

                assertThat(run(launcher, spec)).isEqualTo(new Exited(0));
            }
        }

        try (Stream<Path> written = Files.list(traces)) {
            assertThat(written)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(
                            trace -> assertThat(Files.getOwner(trace).getName()).isEqualTo("nobody"));
        }
    }

    private static TaskSpec asNobody(TestHost host, String program, List<String> arguments) throws IOException {
        ContainerId id = TestHost.newId();
        TaskSpec spec = host.spec(id, program, arguments, Map.of("a.b", "c"), "nobody");
        chown(host.sandbox(id));
        return spec;
    }

    private static void chown(Path sandbox) throws IOException {
        Files.setOwner(
                sandbox, sandbox.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        Files.setPosixFilePermissions(sandbox, PosixFilePermissions.fromString("rwx------"));
    }

    private boolean isRoot() throws IOException {
        return Files.getAttribute(base, "unix:uid").equals(0);
    }

    /** The whole of it as a JVM that is not root: a node of its own, whose children are nobody else's. */
    @Test
    void shouldRunWithoutBeingRoot() throws Exception {
        assumeTrue(isRoot(), "this JVM is not root, so all other tests are this one");
        Path setpriv = HostTools.find().setpriv();
        assumeTrue(setpriv != null, "this host has no setpriv to become another user with");
        Path directory = Files.createDirectory(base.resolve("of-1500"));
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setAttribute(directory, "unix:uid", 1500);
        Path javaHome = Path.of(System.getProperty("java.home"));
        List<String> command = new ArrayList<>(List.of(String.valueOf(setpriv), "--reuid=1500", "--regid=1500"));
        command.addAll(
                List.of("--clear-groups", "--", javaHome.resolve("bin/java").toString(), "-cp"));
        command.add(copyOfClassPath().toString());
        command.addAll(List.of(OrdinaryNode.class.getName(), directory.toString()));

        Process node = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(node.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        assertThat(node.waitFor()).as(said).isZero();
        assertThat(said)
                .contains("1500 exited 3")
                .contains("1500 signaled 15")
                .contains("no such user: 'no-such-user'");
    }

    /** The user may read neither the build's directory nor the repository of jars. */
    private Path copyOfClassPath() throws IOException {
        Path copy = Files.createDirectory(base.resolve("class-path"));
        StringBuilder path = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            Path from = Path.of(entry);
            boolean needed = Files.isDirectory(from) || entry.contains("slf4j") || entry.contains("jspecify");
            if (!needed || !Files.exists(from)) {
                continue;
            }
            Path to = copy.resolve(path.length() + "-" + from.getFileName());
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : files.toList()) {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                }
            }
            path.append(path.isEmpty() ? "" : java.io.File.pathSeparator).append(to);
        }
        return Path.of(path.toString());
    }
}
