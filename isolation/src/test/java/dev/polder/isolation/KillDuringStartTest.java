package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.LaunchProbe.Phase;
import dev.polder.isolation.RecordingListener.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills that come while a shim is between its fence and the task's program, and the shim, the launch shell or their
 * reports get lost: the task does not run on, and one end of it is told.
 */
@Tag("slow")
class KillDuringStartTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path base;

    private final HostProcesses processes = new HostProcesses(Path.of("/proc"));
    private final RecordingListener heard = new RecordingListener();
    private final StoppingProbe probe = new StoppingProbe(Duration.ofMillis(700));
    private TestHost host;
    private Optional<TaskLauncher> opened = Optional.empty();

    @BeforeEach
    void makeHost() {
        host = new TestHost(base);
    }

    @AfterEach
    void close() {
        opened.ifPresent(launcher -> {
            launcher.killAll(Duration.ZERO);
            launcher.close();
        });
    }

    private TaskLauncher start() throws IOException {
        return start(HostTools.find(), List.of("/bin/sh"));
    }

    private TaskLauncher start(HostTools tools, List<String> shell) throws IOException {
        TaskLauncher launcher = TaskLauncher.open(LauncherSettings.of(host.containers, "n1", false, heard)
                .with(probe)
                .with(tools, Path.of("/proc"))
                .with(shell, true));
        opened = Optional.of(launcher);
        launcher.start();
        return launcher;
    }

    /** A launch shell that works, and whose shims are not heard. */
    private TaskLauncher startUnheard() throws IOException {
        return start(
                HostTools.find(),
                List.of(script("unheard", "exec /bin/sh \"$@\" >/dev/null").toString()));
    }

    private Path script(String name, String text) throws IOException {
        Path file = Files.writeString(base.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    /** Launches what would run for long, and returns when it has stopped there. */
    private ContainerId launchUntil(TaskLauncher launcher, Phase phase) throws InterruptedException {
        TaskSpec spec = host.shell("echo ran; sleep 1000");
        probe.stop(spec.id(), phase);
        launcher.launch(spec);
        probe.awaitReached(spec.id());
        return spec.id();
    }

    /** Launches what cannot get to its program, as nobody reads its output. */
    private ContainerId launchBlocked(TaskLauncher launcher) throws Exception {
        TaskSpec spec = host.shell("sleep 1000");
        Path stdout = host.sandbox(spec.id()).resolve("stdout");
        assertThat(new ProcessBuilder("mkfifo", stdout.toString()).start().waitFor())
                .isZero();
        launcher.launch(spec);
        long pid = heard.awaitStart(spec.id());
        Awaitility.await()
                .until(() -> Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd"))
                        .equals(host.sandbox(spec.id()).toRealPath()));
        return spec.id();
    }

    private ContainerId launchRunning(TaskLauncher launcher, String command) {
        TaskSpec spec = host.shell(command + "; echo ready; while :; do sleep 0.1; done");
        launcher.launch(spec);
        Awaitility.await()
                .until(() -> Files.exists(host.sandbox(spec.id()).resolve("stdout"))
                        && host.stdout(spec.id()).contains("ready"));
        return spec.id();
    }

    private List<ProcessHandle> processesOf(ContainerId id) throws IOException {
        return processes.ofContainer(id, host.files(id).path());
    }

    /** The shim is the parent of the task's process. */
    private ProcessHandle shimOf(ContainerId id) throws IOException {
        List<ProcessHandle> all = processesOf(id);
        return all.stream()
                .filter(one -> all.stream().anyMatch(other -> other.parent().equals(Optional.of(one))))
                .findFirst()
                .orElseThrow();
    }

    private static void end(ProcessHandle process) {
        assertThat(process.pid()).isGreaterThan(1);
        process.destroyForcibly();
        Awaitility.await().until(() -> !process.isAlive());
    }

    private static void endShell(TaskLauncher launcher) {
        end(ProcessHandle.of(launcher.shellPid()).orElseThrow());
    }

    private void checkNothingRuns(ContainerId id) throws IOException {
        if (heard.awaitEnd(id) instanceof Told.Exited) {
            // a shim reports, then it ends
            Awaitility.await().until(() -> processesOf(id).isEmpty());
        }
        assertThat(processesOf(id)).isEmpty();
        for (Told told : heard.story(id)) {
            if (told instanceof Told.Started started) {
                assertThat(processes.lives(started.pid(), Long.MAX_VALUE)).isFalse();
            }
        }
        heard.checkStories();
    }

    @Test
    void shouldLoseAKilledLaunchThatGetsNoProcess() throws Exception {
        TaskLauncher launcher = start();
        ContainerId id = launchUntil(launcher, Phase.BEFORE_PID);

        launcher.kill(id, LONG);
        launcher.kill(id, Duration.ZERO);

        assertThat(heard.awaitEnd(id)).isInstanceOf(Told.Lost.class);
        checkNothingRuns(id);
        LaunchProbe.release(host.containers, id);
        launcher.killAll(Duration.ZERO);
        assertThat(heard.story(id)).hasSize(1);
        assertThat(host.sandbox(id).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldLoseAKilledLaunchWhoseShellDies() throws Exception {
        TaskLauncher launcher = start();
        ContainerId killedBefore = launchUntil(launcher, Phase.BEFORE_PID);
        ContainerId killedAfter = launchUntil(launcher, Phase.BEFORE_PID);

        launcher.kill(killedBefore, LONG);
        endShell(launcher);
        launcher.kill(killedAfter, LONG);

        for (ContainerId id : List.of(killedBefore, killedAfter)) {
            assertThat(heard.awaitEnd(id)).isInstanceOf(Told.Lost.class);
            checkNothingRuns(id);
            assertThat(heard.story(id)).hasSize(1);
            assertThat(host.sandbox(id).resolve("stdout")).doesNotExist();
        }
    }

    @Test
    void shouldEndAKilledProcessWhoseShellHasDied() throws Exception {
        TaskLauncher launcher = start();
        ContainerId id = launchUntil(launcher, Phase.BEFORE_PID);

        launcher.kill(id, LONG);
        endShell(launcher);
        LaunchProbe.release(host.containers, id);

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(15));
        checkNothingRuns(id);
    }

    @Test
    void shouldEndAKilledProcessWhoseShimHasDied() throws Exception {
        TaskLauncher launcher = start();
        ContainerId id = launchUntil(launcher, Phase.BEFORE_PID);

        end(shimOf(id));
        launcher.kill(id, LONG);
        LaunchProbe.release(host.containers, id);

        assertThat(heard.awaitEnd(id)).isInstanceOf(Told.Lost.class);
        checkNothingRuns(id);
    }

    @Test
    void shouldTellTheEndOfAProcessThatDiedBeforeItSaidSo() throws Exception {
        TaskLauncher launcher = start();
        ContainerId id = launchUntil(launcher, Phase.BEFORE_PID);
        ProcessHandle shim = shimOf(id);

        launcher.kill(id, LONG);
        end(processesOf(id).stream()
                .filter(one -> !one.equals(shim))
                .findFirst()
                .orElseThrow());

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(9));
        checkNothingRuns(id);
        assertThat(heard.story(id)).hasSize(1);
    }

    @Test
    void shouldEndAKilledTaskWhoseStartWasNotReported() throws IOException {
        TaskLauncher launcher = startUnheard();
        ContainerId id = launchRunning(launcher, "true");

        launcher.kill(id, LONG);

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(15));
        checkNothingRuns(id);
    }

    @Test
    void shouldTellAnEndThatWasNotReported() throws IOException {
        TaskLauncher launcher = startUnheard();
        TaskSpec spec = host.shell("exit 3");

        launcher.launch(spec);

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(3));
        heard.checkStories();
    }

    @Test
    void shouldEndAProcessThatIsNotYetItsProgram() throws Exception {
        TaskLauncher launcher = start();
        ContainerId id = launchBlocked(launcher);

        launcher.kill(id, LONG);

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(15));
        checkNothingRuns(id);
    }

    @Test
    void shouldEndAProcessThatIsNotYetItsProgramAndHasNoShim() throws Exception {
        TaskLauncher launcher = start();
        ContainerId id = launchBlocked(launcher);
        long shim = Optional.ofNullable(host.files(id).read().process())
                .orElseThrow()
                .shim();

        end(ProcessHandle.of(shim).orElseThrow());

        assertThat(heard.awaitEnd(id)).isInstanceOf(Told.Lost.class);
        checkNothingRuns(id);
    }

    @Test
    void shouldTellTheEndThatWasOnDiskBeforeTheKill() throws Exception {
        TaskLauncher launcher = start();
        TaskSpec spec = host.shell("exit 7");
        probe.stop(spec.id(), Phase.EXITED);
        launcher.launch(spec);
        probe.awaitReached(spec.id());

        launcher.kill(spec.id(), Duration.ZERO);
        LaunchProbe.release(host.containers, spec.id());

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(7));
        launcher.killAll(Duration.ZERO);
        assertThat(heard.story(spec.id())).hasSize(2);
        checkNothingRuns(spec.id());
    }

    @Test
    void shouldEndAKilledTaskWhoseShimDies() throws IOException {
        TaskLauncher launcher = start();
        ContainerId id = launchRunning(launcher, "trap '' TERM");

        launcher.kill(id, LONG);
        end(shimOf(id));

        assertThat(heard.awaitEnd(id)).isInstanceOf(Told.Lost.class);
        checkNothingRuns(id);
    }

    @Test
    void shouldKillWhileNoLaunchShellCanBeStarted() throws IOException {
        Path setsid = script("setsid", "exec " + HostTools.find().setsid() + " \"$@\"");
        TaskLauncher launcher = start(new HostTools(setsid, null, null, null, null), List.of("/bin/sh"));
        ContainerId id = launchRunning(launcher, "trap '' TERM; sleep 1000 & true");
        Files.delete(setsid);
        endShell(launcher);

        launcher.kill(id, Duration.ofMillis(100));

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(9));
        Awaitility.await().untilAsserted(() -> checkNothingRuns(id));
    }
}
