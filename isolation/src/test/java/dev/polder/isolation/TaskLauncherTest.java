package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.RecordingListener.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a task is given and what is told of it, with real processes and nothing going wrong. */
@Tag("slow")
class TaskLauncherTest {
    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();
    private TestHost host;
    private TaskLauncher launcher;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        launcher = TaskLauncher.open(host.containers, "n1", false, heard);
        launcher.start();
    }

    @AfterEach
    void close() {
        launcher.killAll(Duration.ZERO);
        launcher.close();
    }

    private ExitStatus run(TaskSpec spec) {
        launcher.launch(spec);
        return heard.awaitExit(spec.id());
    }

    /** Runs a command and returns what it wrote. */
    private String output(String command) throws IOException {
        TaskSpec spec = host.shell(command);
        assertThat(run(spec)).isEqualTo(new Exited(0));
        return host.stdout(spec.id());
    }

    @Test
    void shouldTellStartAndEnd() {
        TaskSpec spec = host.shell("exit 3");

        assertThat(run(spec)).isEqualTo(new Exited(3));

        assertThat(heard.story(spec.id())).hasSize(2);
        assertThat(((Told.Started) heard.story(spec.id()).get(0)).pid()).isGreaterThan(1);
        heard.checkStories();
    }

    @Test
    void shouldEndWithOneIfProgramCannotBeExecuted() throws IOException {
        TaskSpec absent = host.spec("/no/such/prog", List.of("prog", "a"), Map.of());
        TaskSpec notInPath = host.spec("nosuchprog", List.of("nosuchprog"), Map.of());
        TaskSpec directory = host.spec("/tmp", List.of("/tmp"), Map.of());
        TaskSpec notExecutable = host.spec("/etc/passwd", List.of("/etc/passwd"), Map.of());

        for (TaskSpec spec : List.of(absent, notInPath, directory, notExecutable)) {
            assertThat(run(spec)).as(spec.program()).isEqualTo(new Exited(1));
            assertThat(host.stderr(spec.id())).contains(spec.program());
        }
        assertThat(run(host.shell("nosuchcommand-xyz"))).isEqualTo(new Exited(127));
    }

    @Test
    void shouldEndAsTheShellSaysIfOnlyTheExecutionFails() throws IOException {
        Path script = Files.writeString(base.resolve("script"), "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        TaskSpec spec = host.spec(script.toString(), List.of(script.toString()), Map.of());

        assertThat(run(spec)).isIn(new Exited(126), new Exited(127));

        assertThat(host.stderr(spec.id())).contains(script.toString());
    }

    @Test
    void shouldAppendOutputToFilesInSandbox() throws IOException {
        TaskSpec spec = host.shell("pwd; echo to-stderr >&2");
        Files.writeString(host.sandbox(spec.id()).resolve("stdout"), "before\n");

        run(spec);

        assertThat(host.stdout(spec.id()))
                .isEqualTo("before\n" + host.sandbox(spec.id()).toRealPath() + "\n");
        assertThat(host.stderr(spec.id())).isEqualTo("to-stderr\n");
    }

    @Test
    void shouldGiveExactlyTheVariablesOfTheSpec() throws IOException {
        TaskSpec plain = host.spec("/usr/bin/env", List.of("env"), Map.of("A", "b", "HOME", "/h", "PWD", "/elsewhere"));

        run(plain);

        assertThat(host.stdout(plain.id()).lines())
                .containsExactlyInAnyOrder(
                        "A=b",
                        "HOME=/h",
                        "PWD=/elsewhere",
                        "PATH=" + TestHost.PATH,
                        "POLDER_CONTAINER_ID=" + plain.id());
    }

    @Test
    void shouldGiveVariablesThatNoShellCanSet() throws IOException {
        Map<String, String> odd = Map.of(
                "a.b", "1", "BASH_FUNC_x%%", "() { :; }", "IFS", "x", "OPTIND", "y", "UID", "7", "_", "z", "-", "-");
        TaskSpec spec = host.spec("/usr/bin/env", List.of("env"), odd);

        run(spec);

        List<String> expected = new ArrayList<>();
        odd.forEach((name, value) -> expected.add(name + "=" + value));
        expected.add("PATH=" + TestHost.PATH);
        expected.add("POLDER_CONTAINER_ID=" + spec.id());
        assertThat(host.stdout(spec.id()).lines()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void shouldGiveATaskWithoutPathNone() throws IOException {
        ContainerId id = TestHost.newId();
        TaskSpec spec =
                new TaskSpec(id, "env", List.of("env"), Map.of(), Files.createDirectories(host.sandbox(id)), null);

        run(spec);

        assertThat(host.stdout(id)).isEqualTo("POLDER_CONTAINER_ID=" + id + "\n");
    }

    @Test
    void shouldPassZerothArgument() throws IOException {
        String show = "tr '\\0' '|' </proc/$$/cmdline";

        TaskSpec sameFile = host.spec("/bin/sh", List.of("sh", "-c", show), Map.of());
        TaskSpec other = host.spec("/bin/sh", List.of("-login name", "-c", show), Map.of());
        TaskSpec empty = host.spec("/bin/sh", List.of("", "-c", show), Map.of());

        for (TaskSpec spec : List.of(sameFile, other, empty)) {
            assertThat(run(spec)).isEqualTo(new Exited(0));
            assertThat(host.stdout(spec.id())).isEqualTo(spec.arguments().get(0) + "|-c|" + show + "|");
        }
    }

    @Test
    void shouldRunProgramsOfTheSandbox() throws IOException {
        TaskSpec spec = host.spec("./run me", List.of("./run me", "x"), Map.of());
        Path program = host.sandbox(spec.id()).resolve("run me");
        Files.writeString(program, "#!/bin/sh\necho \"$0 $1\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(run(spec)).isEqualTo(new Exited(0));

        assertThat(host.stdout(spec.id())).isEqualTo("./run me x\n");
    }

    @Test
    void shouldLeadASessionAndAGroupOfItsOwn() throws IOException {
        String[] pidAndGroupAndSession =
                output("echo $$; cut -d' ' -f5,6 /proc/$$/stat").split("\\s", -1);

        assertThat(pidAndGroupAndSession[1]).isEqualTo(pidAndGroupAndSession[0]);
        assertThat(pidAndGroupAndSession[2]).isEqualTo(pidAndGroupAndSession[0]);
    }

    @Test
    void shouldInheritNoFiles() throws IOException {
        // not in a pipeline: while a shell makes one, it has files of its own open
        assertThat(output("ls /proc/$$/fd; true")).isEqualTo("0\n1\n2\n");
        assertThat(output("readlink /proc/$$/fd/0")).isEqualTo("/dev/null\n");
    }

    @Test
    void shouldHaveNoSignalIgnoredOrBlocked() throws Exception {
        assumeTrue(
                new ProcessBuilder("env", "--default-signal", "true").start().waitFor() == 0,
                "this host's env cannot reset what a JVM hands down");

        String[] masks =
                output("grep -E 'Sig(Ign|Blk)' /proc/self/status | cut -f2").split("\n", -1);

        // 32 and 33 belong to the C library, which lets nobody set them
        long reserved = 3L << 31;
        assertThat(Long.parseUnsignedLong(masks[0], 16) & ~reserved)
                .as("blocked")
                .isZero();
        assertThat(Long.parseUnsignedLong(masks[1], 16) & ~reserved)
                .as("ignored")
                .isZero();
    }

    @Test
    void shouldRunAHundredAtOnce() throws IOException {
        List<TaskSpec> specs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            specs.add(host.shell("echo " + i + "; sleep 0.2; exit " + i % 7));
        }

        specs.forEach(launcher::launch);

        for (int i = 0; i < 100; i++) {
            ContainerId id = specs.get(i).id();
            assertThat(heard.awaitExit(id)).isEqualTo(new Exited(i % 7));
            assertThat(host.stdout(id)).isEqualTo(i + "\n");
        }
        heard.checkStories();
    }

    @Test
    void shouldKillWhatATaskLeavesInItsGroup() throws IOException {
        TaskSpec spec = host.shell("sleep 1000 & echo $!");

        assertThat(run(spec)).isEqualTo(new Exited(0));

        long daemon = Long.parseLong(host.stdout(spec.id()).strip());
        Awaitility.await().until(() -> !new HostProcesses(Path.of("/proc")).lives(daemon, Long.MAX_VALUE));
    }

    @Test
    void shouldNotStartWithoutSandboxOrUser() throws IOException {
        ContainerId homeless = TestHost.newId();
        Path nowhere = host.sandbox(homeless);
        TaskSpec unknown = host.spec(TestHost.newId(), "/bin/true", List.of("true"), Map.of(), "no-such-user");

        launcher.launch(new TaskSpec(homeless, "/bin/true", List.of("true"), Map.of(), nowhere, null));
        launcher.launch(unknown);

        assertThat(heard.awaitEnd(homeless))
                .isEqualTo(new Told.NotStarted("sandbox " + nowhere + " is not a directory"));
        assertThat(heard.awaitEnd(unknown.id())).isEqualTo(new Told.NotStarted("no such user: 'no-such-user'"));
    }

    @Test
    void shouldNotStartWhatIsTooLong() {
        TaskSpec word = host.spec("/bin/true", List.of("true", "x".repeat(IntentScript.WORD_BYTES_MAX)), Map.of());
        TaskSpec all = host.spec(
                "/bin/true", java.util.Collections.nCopies(20, "x".repeat(IntentScript.WORD_BYTES_MAX - 1)), Map.of());

        launcher.launch(word);
        launcher.launch(all);

        assertThat(heard.awaitEnd(word.id()))
                .isEqualTo(new Told.NotStarted("argument 1 is too long: 131073 bytes > wordBytesMax=131072"));
        assertThat(((Told.NotStarted) heard.awaitEnd(all.id())).why()).contains("commandBytesMax=1048576");
    }

    @Test
    void shouldTakeTheLongestArguments() throws IOException {
        String word = "x".repeat(IntentScript.WORD_BYTES_MAX - 1);
        TaskSpec spec = host.spec(
                "/bin/sh",
                List.of("sh", "-c", "printf %s \"$@\" | wc -c", "sh", word, word, word, word, word),
                Map.of());

        assertThat(run(spec)).isEqualTo(new Exited(0));

        assertThat(host.stdout(spec.id()).strip()).isEqualTo(Integer.toString(5 * word.length()));
    }

    @Test
    void shouldRefuseAnIdTwice() {
        TaskSpec spec = host.shell("true");
        run(spec);

        assertThatThrownBy(() -> launcher.launch(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("container " + spec.id() + " was launched before");
    }

    @Test
    void shouldDeleteForgottenContainersAndKeepSandboxes() throws IOException {
        TaskSpec spec = host.shell("echo here");
        TaskSpec running = host.shell("sleep 1000");
        run(spec);
        launcher.launch(running);
        heard.awaitStart(running.id());

        launcher.forget(running.id());
        launcher.forget(spec.id());

        Awaitility.await().until(() -> Files.notExists(host.files(spec.id()).path()));
        assertThat(host.stdout(spec.id())).isEqualTo("here\n");
        assertThat(host.files(running.id()).path()).exists();
    }

    @Test
    void shouldKeepItsDirectoryToItself() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(host.containers)))
                .isEqualTo("rwx------");

        assertThatThrownBy(() -> TaskLauncher.open(host.containers, "n2", false, heard))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void shouldSurviveAListenerThatThrows() throws IOException {
        TestHost other = new TestHost(base.resolve("other"));
        TaskListener thrower = new TaskListener() {
            @Override
            public void onStarted(ContainerId id, long pid) {
                heard.onStarted(id, pid);
                throw new IllegalStateException("planted");
            }

            @Override
            public void onExited(ContainerId id, ExitStatus status) {
                heard.onExited(id, status);
            }

            @Override
            public void onNotStarted(ContainerId id, String why) {}

            @Override
            public void onLost(ContainerId id, String why) {}
        };
        try (TaskLauncher second = TaskLauncher.open(other.containers, "n2", false, thrower)) {
            second.start();
            TaskSpec spec = other.shell("kill -9 $$");

            second.launch(spec);

            assertThat(heard.awaitExit(spec.id())).isEqualTo(new Signaled(9));
        }
    }
}
