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
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a launcher makes of the containers that a former one has left, in every state in which it can have left them. */
@Tag("slow")
class RecoveryTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    Path base;

    private final HostProcesses processes = new HostProcesses(Path.of("/proc"));
    private final RecordingListener heard = new RecordingListener();
    private final StoppingProbe probe = new StoppingProbe(SHORT);
    private TestHost host;
    private Optional<TaskLauncher> launcher = Optional.empty();

    @BeforeEach
    void makeHost() {
        host = new TestHost(base);
    }

    @AfterEach
    void close() {
        launcher.ifPresent(open -> {
            open.killAll(Duration.ZERO);
            open.close();
        });
    }

    private TaskLauncher open(RecordingListener listener) throws IOException {
        launcher.ifPresent(TaskLauncher::close);
        TaskLauncher opened = TaskLauncher.open(host.containers, "n1", false, listener, probe);
        launcher = Optional.of(opened);
        return opened;
    }

    private TaskLauncher start(RecordingListener listener) throws IOException {
        TaskLauncher opened = open(listener);
        opened.start();
        return opened;
    }

    /** Makes the directory of a container as a former launcher would, without one. */
    private ContainerDirectory leave(ContainerId id, String boot) throws IOException {
        Files.createDirectories(host.containers);
        try (IntentLog log = IntentLog.open(host.containers, boot)) {
            log.launch(List.of(id));
        }
        ContainerDirectory files = host.files(id);
        files.create("sandbox=/\ntask() {\nexit 0\n}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), false);
        return files;
    }

    private void killShim(ContainerId id) throws IOException {
        long shim = Optional.ofNullable(host.files(id).read().process())
                .map(ContainerDirectory.TaskProcess::shim)
                .orElseThrow();
        ProcessHandle.of(shim).orElseThrow().destroyForcibly();
    }

    @Test
    void shouldFindATaskThatStillRuns() throws IOException {
        TaskSpec spec = host.shell("echo $$; while [ ! -e end ]; do sleep 0.05; done; exit 42");
        start(new RecordingListener()).launch(spec);
        Awaitility.await()
                .until(() -> Files.exists(host.sandbox(spec.id()).resolve("stdout"))
                        && !host.stdout(spec.id()).isEmpty());

        TaskLauncher second = start(heard);
        assertThat(second.recovered()).containsExactly(spec.id());
        Files.createFile(host.sandbox(spec.id()).resolve("end"));

        assertThat(heard.awaitEnd(spec.id())).isEqualTo(new Told.Exited(new Exited(42)));
        assertThat(heard.story(spec.id()).get(0))
                .as("its start is told again")
                .isEqualTo(
                        new Told.Started(Long.parseLong(host.stdout(spec.id()).strip())));
    }

    @Test
    void shouldKillATaskThatItHasFoundAgain() throws IOException {
        TaskSpec spec = host.shell("sleep 1000");
        RecordingListener former = new RecordingListener();
        start(former).launch(spec);
        former.awaitStart(spec.id());

        start(heard).kill(spec.id(), Duration.ofMinutes(1));

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Signaled(15));
    }

    @Test
    void shouldTellAnEndThatItMissed() throws IOException {
        TaskSpec spec = host.shell("while [ ! -e end ]; do sleep 0.05; done; exit 9");
        RecordingListener former = new RecordingListener();
        start(former).launch(spec);
        former.awaitStart(spec.id());
        launcher.ifPresent(TaskLauncher::close);
        Files.createFile(host.sandbox(spec.id()).resolve("end"));
        Awaitility.await().until(() -> host.files(spec.id()).read().exit() != null);

        start(heard);

        assertThat(heard.awaitEnd(spec.id())).isEqualTo(new Told.Exited(new Exited(9)));
        assertThat(former.story(spec.id())).as("nothing is told after close").hasSize(1);
    }

    @Test
    void shouldTellNothingBeforeStart() throws IOException {
        ContainerId id = TestHost.newId();
        leave(id, processes.boot());

        TaskLauncher opened = open(heard);

        assertThat(opened.recovered()).containsExactly(id);
        assertThat(heard.story(id)).isEmpty();
        opened.start();
        assertThat(heard.awaitEnd(id)).isInstanceOf(Told.NotStarted.class);
    }

    @Test
    void shouldNeverLaunchAnIntentTwice() throws Exception {
        TaskSpec spec = host.shell("echo ran");
        probe.stop(spec.id(), Phase.BEFORE_STARTED);
        start(new RecordingListener()).launch(spec);
        probe.awaitReached(spec.id());

        start(heard);
        assertThat(heard.awaitEnd(spec.id())).isInstanceOf(Told.NotStarted.class);
        LaunchProbe.release(host.containers, spec.id());

        Awaitility.await()
                .until(() -> processes
                        .ofContainer(spec.id(), host.files(spec.id()).path())
                        .isEmpty());
        assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
        assertThat(host.files(spec.id()).read().started()).isEqualTo(ContainerDirectory.Fence.CANCELLED);
        assertThat(start(new RecordingListener()).recovered()).containsExactly(spec.id());
    }

    @Test
    void shouldWaitForAShimThatHasBegun() throws Exception {
        TaskSpec spec = host.shell("exit 5");
        probe.stop(spec.id(), Phase.BEFORE_PID);
        start(new RecordingListener()).launch(spec);
        probe.awaitReached(spec.id());

        start(heard);
        LaunchProbe.release(host.containers, spec.id());

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Exited(5));
        assertThat(heard.story(spec.id())).as("nobody has heard of its start").hasSize(2);
    }

    @Test
    void shouldGiveUpAShimThatHasBegunAndGetsNowhere() throws Exception {
        TaskSpec spec = host.shell("echo ran");
        probe.stop(spec.id(), Phase.BEFORE_PID);
        start(new RecordingListener()).launch(spec);
        probe.awaitReached(spec.id());
        assertThat(processes.ofContainer(spec.id(), host.files(spec.id()).path()))
                .hasSizeGreaterThanOrEqualTo(2);

        start(heard);

        assertThat(heard.awaitEnd(spec.id())).isInstanceOf(Told.Lost.class);
        assertThat(processes.ofContainer(spec.id(), host.files(spec.id()).path()))
                .isEmpty();
        assertThat(host.files(spec.id()).read().pid()).isEqualTo(ContainerDirectory.Fence.CANCELLED);
        assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldHoldTheFenceAgainstAShimThatIsLate() throws Exception {
        TaskSpec spec = host.shell("echo ran");
        probe.stop(spec.id(), Phase.BEFORE_PID);
        start(heard).launch(spec);
        probe.awaitReached(spec.id());

        assertThat(host.files(spec.id()).cancelProgram()).isTrue();
        LaunchProbe.release(host.containers, spec.id());

        Awaitility.await()
                .until(() -> processes
                        .ofContainer(spec.id(), host.files(spec.id()).path())
                        .isEmpty());
        assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
        assertThat(host.files(spec.id()).path().resolve("exit")).doesNotExist();
    }

    @Test
    void shouldLoseWhatRanBeforeTheHostWasRestarted() throws IOException {
        ContainerId begun = TestHost.newId();
        ContainerId ran = TestHost.newId();
        ContainerId ended = TestHost.newId();
        ContainerId cancelled = TestHost.newId();
        ContainerId withoutDirectory = TestHost.newId();
        Files.createFile(leave(begun, "an-earlier-boot").path().resolve("started"));
        // the number is a living process's, of this boot: our own
        Files.writeString(
                leave(ran, "an-earlier-boot").path().resolve("pid"),
                ProcessHandle.current().pid() + "\n999999999 "
                        + ProcessHandle.current().pid() + " an-earlier-boot\n");
        Files.writeString(leave(ended, "an-earlier-boot").path().resolve("exit"), "exited 3\n");
        leave(cancelled, "an-earlier-boot").cancelStart();
        leave(withoutDirectory, "an-earlier-boot").delete();

        start(heard);

        Told lost = new Told.Lost("the host was restarted since");
        assertThat(heard.awaitEnd(begun)).isEqualTo(lost);
        assertThat(heard.awaitEnd(ran)).isEqualTo(lost);
        assertThat(heard.awaitEnd(withoutDirectory)).isEqualTo(lost);
        assertThat(heard.awaitEnd(ended)).isEqualTo(new Told.Exited(new Exited(3)));
        assertThat(heard.awaitEnd(cancelled)).isInstanceOf(Told.NotStarted.class);
    }

    @Test
    void shouldLoseATaskWhoseShimIsGone() throws IOException {
        TaskSpec spec = host.shell("setsid sleep 1000 & sleep 1000");
        RecordingListener former = new RecordingListener();
        start(former).launch(spec);
        former.awaitStart(spec.id());
        Awaitility.await()
                .until(() -> processes
                                .ofContainer(spec.id(), host.files(spec.id()).path())
                                .size()
                        >= 3);
        launcher.ifPresent(TaskLauncher::close);
        killShim(spec.id());

        start(heard);

        assertThat(heard.awaitEnd(spec.id())).isInstanceOf(Told.Lost.class);
        assertThat(processes.ofContainer(spec.id(), host.files(spec.id()).path()))
                .as("also what left the group is killed, by the variable that it carries")
                .isEmpty();
    }

    @Test
    void shouldNoticeAShimThatDiesWhileItIsWatched() throws IOException {
        TaskSpec spec = host.shell("sleep 1000");
        start(heard).launch(spec);
        heard.awaitStart(spec.id());

        killShim(spec.id());

        assertThat(heard.awaitEnd(spec.id())).isInstanceOf(Told.Lost.class);
        assertThat(processes.ofContainer(spec.id(), host.files(spec.id()).path()))
                .isEmpty();
        heard.checkStories();
    }

    @Test
    void shouldNotBelieveFilesThatAreNotComplete() throws IOException {
        ContainerId id = TestHost.newId();
        ContainerDirectory files = leave(id, processes.boot());
        Files.createFile(files.path().resolve("started"));
        Files.writeString(files.path().resolve("pid"), "4711");
        Files.writeString(files.path().resolve("exit"), "exited 1");

        start(heard);

        assertThat(heard.awaitEnd(id)).isInstanceOf(Told.Lost.class);
    }

    @Test
    void shouldNotTakeAStrangerForItsTask() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        try {
            ContainerId id = TestHost.newId();
            ContainerDirectory files = leave(id, processes.boot());
            Files.createFile(files.path().resolve("started"));
            // a tick before the stranger started: then its number was somebody else's
            Files.writeString(
                    files.path().resolve("pid"),
                    stranger.pid() + "\n1 " + stranger.pid() + " " + processes.boot() + "\n");

            start(heard).kill(id, Duration.ZERO);

            assertThat(heard.awaitEnd(id)).isInstanceOf(Told.Lost.class);
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void shouldDeleteTheRemainsOfADeletion() throws IOException {
        ContainerId id = TestHost.newId();
        ContainerDirectory files = leave(id, processes.boot());
        Files.writeString(files.path().resolve("exit"), "exited 0\n");
        Files.delete(files.path().resolve("intent"));

        TaskLauncher opened = start(heard);

        assertThat(opened.recovered()).isEmpty();
        assertThat(files.path()).doesNotExist();
    }
}
