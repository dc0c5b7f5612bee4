package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.RecordingListener.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of launches when there is no launch shell that could start them. */
@Tag("slow")
class WithoutLaunchShellTest {
    private static final String WAITED = "no launch shell has started it: waited [0-9]+ ms >= launchWaitMsMax=500";

    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();
    private final StoppingProbe probe = new StoppingProbe(Duration.ofMillis(300), Duration.ofMillis(500));

    private LauncherSettings settings(TestHost host) {
        return LauncherSettings.of(host.containers, "n1", false, heard).with(probe);
    }

    private Path script(String name, String text) throws IOException {
        Path file = Files.writeString(base.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static List<TaskSpec> launch(TaskLauncher launcher, TestHost host, int count) {
        List<TaskSpec> specs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            specs.add(host.shell("echo ran"));
        }
        specs.forEach(launcher::launch);
        return specs;
    }

    /** Each is told one end, and was not run; returns what was told. */
    private List<String> awaitNoneStarted(TestHost host, List<TaskSpec> specs) {
        List<String> whys = new ArrayList<>();
        for (TaskSpec spec : specs) {
            Told end = heard.awaitEnd(spec.id());
            assertThat(end).isInstanceOf(Told.NotStarted.class);
            whys.add(((Told.NotStarted) end).why());
            assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
        }
        heard.checkStories();
        return whys;
    }

    private static void killShell(TaskLauncher launcher) {
        ProcessHandle.of(launcher.shellPid()).ifPresent(shell -> {
            shell.destroyForcibly();
            Awaitility.await().until(() -> !shell.isAlive());
        });
    }

    @Test
    void shouldAnswerLaunchesWhileNoneCanBeStarted() throws IOException {
        TestHost host = new TestHost(base);
        Path setsid = script("setsid", "[ \"$1\" != -- ] || shift\nexec \"$@\"");
        HostTools tools = new HostTools(setsid, null, null, null, null);
        try (TaskLauncher launcher = TaskLauncher.open(settings(host).with(tools, Path.of("/proc")))) {
            launcher.start();
            Files.delete(setsid);
            killShell(launcher);

            List<TaskSpec> specs = launch(launcher, host, 300);

            // the first may have been given to the shell that was dying
            assertThat(awaitNoneStarted(host, specs)).last().asString().matches(WAITED);
        }
    }

    @Test
    void shouldAnswerLaunchesWhileEachDiesAtOnce() throws IOException {
        TestHost host = new TestHost(base);
        try (TaskLauncher launcher = TaskLauncher.open(settings(host).with(List.of("/bin/false"), true))) {
            launcher.start();

            List<TaskSpec> specs = launch(launcher, host, 1000);

            assertThat(awaitNoneStarted(host, specs))
                    .allMatch(why ->
                            why.matches(WAITED) || why.equals("the launch shell ended before it started the task"))
                    .anyMatch(why -> why.matches(WAITED));
        }
    }

    @Test
    void shouldReplaceOneThatHangs() throws IOException {
        TestHost host = new TestHost(base);
        Path shell = script("shell", "[ -e " + base + "/well ] || exec sleep 1000\nexec /bin/sh \"$@\"");
        try (TaskLauncher launcher = TaskLauncher.open(settings(host).with(List.of(shell.toString()), true))) {
            launcher.start();
            List<TaskSpec> specs = launch(launcher, host, 300);
            assertThat(awaitNoneStarted(host, specs)).anyMatch(why -> why.matches(WAITED));
            Files.createFile(base.resolve("well"));

            TaskSpec next = host.shell("exit 3");
            launcher.launch(next);
            Told end = heard.awaitEnd(next.id());
            // the order may have gone to the last that hung
            if (end instanceof Told.NotStarted) {
                next = host.shell("exit 3");
                launcher.launch(next);
            }

            assertThat(heard.awaitExit(next.id())).isEqualTo(new Exited(3));
        }
    }

    @Test
    void shouldAnswerALaunchWhoseShimDiesBeforeItBegins() throws Exception {
        TestHost host = new TestHost(base);
        TaskSpec spec = host.shell("echo ran");
        probe.stop(spec.id(), LaunchProbe.Phase.BEFORE_STARTED);
        try (TaskLauncher launcher = TaskLauncher.open(settings(host))) {
            launcher.start();
            launcher.launch(spec);
            probe.awaitReached(spec.id());

            new HostProcesses(Path.of("/proc"))
                    .ofContainer(spec.id(), host.files(spec.id()).path())
                    .forEach(ProcessHandle::destroyForcibly);

            assertThat(awaitNoneStarted(host, List.of(spec))).first().asString().matches(WAITED);
        }
    }

    @Test
    void shouldStartWhatHasWaitedNotTooLong() throws IOException {
        TestHost host = new TestHost(base);
        Path setsid = script("setsid", "[ \"$1\" != -- ] || shift\nexec \"$@\"");
        HostTools tools = new HostTools(setsid, null, null, null, null);
        StoppingProbe patient = new StoppingProbe(Duration.ofSeconds(10), Duration.ofSeconds(60));
        try (TaskLauncher launcher =
                TaskLauncher.open(settings(host).with(patient).with(tools, Path.of("/proc")))) {
            launcher.start();
            // it runs on, so its shim does not wait for another
            TaskSpec first = host.shell("echo runs; while [ ! -e end ]; do sleep 0.05; done; exit 2");
            launcher.launch(first);
            Awaitility.await()
                    .until(() -> Files.exists(host.sandbox(first.id()).resolve("stdout"))
                            && !host.stdout(first.id()).isEmpty());
            Files.move(setsid, base.resolve("hidden"));
            killShell(launcher);
            // now a launch meets a broken pipe or none, and waits
            TaskSpec spec = host.shell("exit 3");
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            launcher.launch(spec);
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            assertThat(heard.story(spec.id())).isEmpty();

            Files.move(base.resolve("hidden"), setsid);

            assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(3));
            Files.createFile(host.sandbox(first.id()).resolve("end"));
            assertThat(heard.awaitExit(first.id())).isEqualTo(new Exited(2));
        }
    }
}
