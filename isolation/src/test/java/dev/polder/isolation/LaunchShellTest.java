package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.LaunchProbe.Phase;
import dev.polder.isolation.RecordingListener.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of tasks when the launch shell dies or hangs. */
@Tag("slow")
class LaunchShellTest {
    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();
    private final StoppingProbe probe = new StoppingProbe();
    private TestHost host;
    private TaskLauncher launcher;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        launcher = TaskLauncher.open(host.containers, "n1", false, heard, probe);
        launcher.start();
    }

    @AfterEach
    void close() {
        launcher.killAll(Duration.ZERO);
        launcher.close();
    }

    private void killShell() {
        // it may be gone already, killed just before
        ProcessHandle.of(launcher.shellPid()).ifPresent(shell -> {
            shell.destroyForcibly();
            Awaitility.await().until(() -> !shell.isAlive());
        });
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void shouldLeaveRunningTasksAlone() throws IOException {
        TaskSpec spec = host.shell("while [ ! -e end ]; do sleep 0.05; done; exit 4");
        launcher.launch(spec);
        heard.awaitStart(spec.id());

        killShell();
        Files.createFile(host.sandbox(spec.id()).resolve("end"));

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(4));
    }

    @Test
    void shouldStartAnotherForTheNextTask() {
        for (int i = 0; i < 3; i++) {
            killShell();
            TaskSpec spec = host.shell("exit 6");

            launcher.launch(spec);

            assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(6));
        }
    }

    @Test
    void shouldKillThroughTheNextOne() {
        TaskSpec spec = host.shell("sleep 1000");
        launcher.launch(spec);
        heard.awaitStart(spec.id());

        killShell();
        launcher.kill(spec.id(), Duration.ofMinutes(1));

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Signaled(15));
    }

    @Test
    void shouldCancelWhatADeadShellMayHaveBegun() throws Exception {
        TaskSpec spec = host.shell("echo ran");
        probe.stop(spec.id(), Phase.BEFORE_STARTED);
        launcher.launch(spec);
        probe.awaitReached(spec.id());

        killShell();

        assertThat(heard.awaitEnd(spec.id()))
                .isEqualTo(new Told.NotStarted("the launch shell ended before it started the task"));
        LaunchProbe.release(host.containers, spec.id());
        Awaitility.await()
                .until(() -> new HostProcesses(Path.of("/proc"))
                        .ofContainer(spec.id(), host.files(spec.id()).path())
                        .isEmpty());
        assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldNotLoseAShimThatADeadShellHasLeft() throws Exception {
        TaskSpec spec = host.shell("exit 8");
        probe.stop(spec.id(), Phase.BEFORE_PID);
        launcher.launch(spec);
        probe.awaitReached(spec.id());

        killShell();
        LaunchProbe.release(host.containers, spec.id());

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(8));
        assertThat(heard.story(spec.id())).hasSize(2);
    }

    @Test
    void shouldNotStartWhatIsKilledWhileTheShellHangs() throws Exception {
        long shell = launcher.shellPid();
        TaskSpec spec = host.shell("echo ran");
        signal("STOP", shell);
        try {
            launcher.launch(spec);
            Awaitility.await()
                    .until(() -> Files.exists(host.files(spec.id()).path().resolve("intent")));

            launcher.kill(spec.id(), Duration.ZERO);

            assertThat(heard.awaitEnd(spec.id())).isEqualTo(new Told.NotStarted("killed before it was started"));
        } finally {
            signal("CONT", shell);
        }
        TaskSpec next = host.shell("exit 2");
        launcher.launch(next);
        assertThat(heard.awaitExit(next.id())).isEqualTo(new Exited(2));
        assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldCloseWhileTheShellHangs() throws Exception {
        List<TaskSpec> specs = new ArrayList<>();
        signal("STOP", launcher.shellPid());
        for (int i = 0; i < 300; i++) {
            specs.add(host.shell("true"));
        }
        specs.forEach(launcher::launch);

        long start = System.nanoTime();
        launcher.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void shouldTellOneStoryEachWhileShellsAreKilled() {
        List<TaskSpec> specs = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            TaskSpec spec = host.shell("echo ran >>ran; exit 1");
            specs.add(spec);
            launcher.launch(spec);
            if (i % 10 == 5) {
                killShell();
            }
        }

        int exited = 0;
        for (TaskSpec spec : specs) {
            boolean ran = heard.awaitEnd(spec.id()) instanceof Told.Exited;
            exited += ran ? 1 : 0;
            Path marker = host.sandbox(spec.id()).resolve("ran");
            if (ran) {
                assertThat(marker).hasContent("ran");
            } else {
                assertThat(marker).doesNotExist();
            }
        }
        heard.checkStories();
        assertThat(exited).isGreaterThan(0);
    }

    private static String removing(Path... groups) {
        return "remove_groups "
                + Stream.of(groups)
                        .map(group -> ShellText.quote(group.toString()))
                        .collect(Collectors.joining(" ")) + "\n";
    }

    @Test
    void shouldRemoveTheControlGroupsOfANodeThatNobodyWillFindAgain() throws Exception {
        Path root = Files.createDirectories(base.resolve("a group"));
        Path other = Files.createDirectories(base.resolve("other"));
        Files.createDirectories(root.resolve("container/of its own"));
        Files.createFile(Files.createDirectories(other.resolve("in use")).resolve("file"));
        LauncherSettings settings = LauncherSettings.of(base.resolve("orphans"), "n2", true, heard);

        try (TaskLauncher orphaning = TaskLauncher.open(settings.withEndScript(removing(root, other)))) {
            orphaning.start();
            TaskSpec spec = host.shell("sleep 1000");
            orphaning.launch(spec);
            heard.awaitStart(spec.id());
        }

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(root));
        assertThat(other.resolve("in use/file")).exists();
    }

    @Test
    void shouldLeaveTheControlGroupsOfANodeThatComesAgain() throws Exception {
        Path root = Files.createDirectories(base.resolve("group"));
        LauncherSettings settings = LauncherSettings.of(base.resolve("kept"), "n2", false, heard);
        long shell;

        try (TaskLauncher keeping = TaskLauncher.open(settings.withEndScript(removing(root)))) {
            keeping.start();
            TaskSpec spec = host.shell("exit 0");
            keeping.launch(spec);
            assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(0));
            shell = keeping.shellPid();
        }

        Awaitility.await().until(() -> ProcessHandle.of(shell).isEmpty());
        assertThat(root).exists();
    }
}
