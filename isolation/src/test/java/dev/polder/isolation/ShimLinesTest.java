package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.RecordingListener.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shims that wait for another task when theirs has ended. */
@Tag("slow")
class ShimLinesTest {
    private static final String LONG = "while [ ! -e end ]; do sleep 0.05; done; exit 2";

    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();
    private final HostProcesses processes = new HostProcesses(Path.of("/proc"));
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

    /** Returns the shim that has run it. */
    private long run() throws IOException {
        TaskSpec spec = host.shell("echo $PPID");
        launcher.launch(spec);
        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(0));
        return Long.parseLong(host.stdout(spec.id()).strip());
    }

    private List<TaskSpec> runLong(int count) {
        List<TaskSpec> specs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            specs.add(host.shell(LONG));
        }
        specs.forEach(launcher::launch);
        specs.forEach(spec -> heard.awaitStart(spec.id()));
        return specs;
    }

    private void end(List<TaskSpec> specs) throws IOException {
        for (TaskSpec spec : specs) {
            Files.createFile(host.sandbox(spec.id()).resolve("end"));
        }
        specs.forEach(spec -> assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(2)));
    }

    private boolean lives(long shim) {
        return processes.lives(shim, Long.MAX_VALUE);
    }

    private List<Path> lineFiles() throws IOException {
        try (Stream<Path> files = Files.list(host.containers)) {
            return files.filter(file -> file.getFileName().toString().startsWith("line-"))
                    .toList();
        }
    }

    /** The numbers of the shims that wait. */
    private Set<Long> waiting() throws IOException {
        Set<Long> shims = new TreeSet<>();
        for (Path file : lineFiles()) {
            if (file.toString().endsWith(".taken")) {
                shims.add(Long.parseLong(Files.readString(file).strip()));
            }
        }
        return shims;
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void shouldRunOneTaskAfterTheOther() throws IOException {
        long shim = run();

        assertThat(run()).isEqualTo(shim);
        assertThat(run()).isEqualTo(shim);
    }

    @Test
    void shouldStartTasksWhileTheLaunchShellHangs() throws Exception {
        run();
        long shell = launcher.shellPid();
        signal("STOP", shell);
        try {
            run();
        } finally {
            signal("CONT", shell);
        }
    }

    @Test
    void shouldBeThereForShortTasksHoweverManyLongOnesRun() throws Exception {
        List<TaskSpec> specs = runLong(2 * ShimLines.COUNT);
        long shim = run();

        assertThat(run()).isEqualTo(shim);

        end(specs);
    }

    @Test
    void shouldBeReplacedByTheLaunchShellWhenTheyHaveDied() throws IOException {
        long shim = run();
        ProcessHandle.of(shim).orElseThrow().destroyForcibly();
        Awaitility.await().until(() -> !lives(shim));

        long next = run();

        assertThat(next).isNotEqualTo(shim);
        assertThat(run()).isEqualTo(next);
    }

    @Test
    void shouldNotStartWhatWasCancelledAndWaitForTheNext() throws Exception {
        long shim = run();
        TaskSpec cancelled = host.shell("echo ran");
        signal("STOP", shim);
        try {
            launcher.launch(cancelled);
            Awaitility.await()
                    .until(() -> Files.exists(host.files(cancelled.id()).path().resolve(ContainerDirectory.INTENT)));

            launcher.kill(cancelled.id(), Duration.ZERO);

            assertThat(heard.awaitEnd(cancelled.id())).isEqualTo(new Told.NotStarted("killed before it was started"));
        } finally {
            signal("CONT", shim);
        }
        Awaitility.await().until(() -> run() == shim);
        assertThat(host.sandbox(cancelled.id()).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldNotStartWhatWasCancelledAndForgotten() throws Exception {
        long shim = run();
        TaskSpec cancelled = host.shell("echo ran");
        signal("STOP", shim);
        try {
            launcher.launch(cancelled);
            Awaitility.await()
                    .until(() -> Files.exists(host.files(cancelled.id()).path().resolve(ContainerDirectory.INTENT)));
            launcher.kill(cancelled.id(), Duration.ZERO);
            assertThat(heard.awaitEnd(cancelled.id())).isInstanceOf(Told.NotStarted.class);
            launcher.forget(cancelled.id());
            Awaitility.await()
                    .until(() -> Files.notExists(host.files(cancelled.id()).path()));
        } finally {
            signal("CONT", shim);
        }
        Awaitility.await().until(() -> run() == shim);
        assertThat(host.sandbox(cancelled.id()).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldBeNoMoreThanThereAreLines() throws Exception {
        end(runLong(2 * ShimLines.COUNT));

        Awaitility.await().until(() -> waiting().size() == ShimLines.COUNT);
        Set<Long> shims = waiting();
        for (int i = 0; i < 3; i++) {
            assertThat(shims).contains(run());
        }
    }

    @Test
    void shouldEndWithTheLauncher() throws IOException {
        end(runLong(3));
        Set<Long> shims = waiting();

        launcher.close();

        assertThat(shims).hasSize(3).noneMatch(this::lives);
        assertThat(lineFiles()).isEmpty();
    }

    @Test
    void shouldEndAfterTheirTaskWhenTheLauncherIsGone() throws IOException {
        List<TaskSpec> specs = runLong(1);
        long shim = new ContainerDirectory(host.files(specs.get(0).id()).path())
                .read()
                .process()
                .shim();
        launcher.close();
        assertThat(lives(shim)).isTrue();

        Files.createFile(host.sandbox(specs.get(0).id()).resolve("end"));

        Awaitility.await().until(() -> !lives(shim));
        launcher = TaskLauncher.open(host.containers, "n1", false, heard);
        launcher.start();
        assertThat(heard.awaitExit(specs.get(0).id())).isEqualTo(new Exited(2));
        run();
    }
}
