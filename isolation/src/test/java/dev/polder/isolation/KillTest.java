package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.LaunchProbe.Phase;
import dev.polder.isolation.RecordingListener.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class KillTest {
    private static final String IGNORES_TERM = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
    private static final Duration LONG = Duration.ofMinutes(5);

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

    /** Launches, and waits until the task has said that it is ready. */
    private ContainerId launchReady(String command) {
        TaskSpec spec = host.shell(command);
        launcher.launch(spec);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Files.exists(host.sandbox(spec.id()).resolve("stdout"))
                        && host.stdout(spec.id()).contains("ready"));
        return spec.id();
    }

    @Test
    void shouldSendTermFirst() {
        ContainerId plain = launchReady("echo ready; sleep 1000");
        ContainerId handler = launchReady("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done");

        launcher.kill(plain, LONG);
        launcher.kill(handler, LONG);

        assertThat(heard.awaitExit(plain)).isEqualTo(new Signaled(15));
        assertThat(heard.awaitExit(handler)).isEqualTo(new Exited(7));
    }

    /** It looks like one of ours that still starts, and never comes further. */
    @Test
    void shouldNotHoldTermBackFromATaskThatMakesNamespacesItself() throws IOException {
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root may make namespaces here");
        ContainerId id = launchReady("exec unshare --uts --fork sh -c 'echo ready; exec sleep 1000'");

        launcher.kill(id, Duration.ofSeconds(5));

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(15));
    }

    @Test
    void shouldSendKillAfterTheGrace() {
        ContainerId id = launchReady(IGNORES_TERM);
        long start = System.nanoTime();

        launcher.kill(id, Duration.ofMillis(700));

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(9));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(700));
    }

    @Test
    void shouldShortenTheGraceOnly() {
        ContainerId shortened = launchReady(IGNORES_TERM);
        ContainerId notLengthened = launchReady(IGNORES_TERM);

        launcher.kill(shortened, LONG);
        launcher.kill(shortened, Duration.ofMillis(100));
        launcher.kill(notLengthened, Duration.ofMillis(100));
        launcher.kill(notLengthened, LONG);

        assertThat(heard.awaitExit(shortened)).isEqualTo(new Signaled(9));
        assertThat(heard.awaitExit(notLengthened)).isEqualTo(new Signaled(9));
    }

    @Test
    void shouldReachTheWholeGroup() throws IOException {
        ContainerId id = launchReady("(trap '' TERM; while :; do sleep 0.1; done) & echo ready $!; sleep 1000");
        long child = Long.parseLong(host.stdout(id).strip().substring("ready ".length()));

        launcher.kill(id, LONG);

        assertThat(heard.awaitExit(id)).isEqualTo(new Signaled(15));
        Awaitility.await().until(() -> !new HostProcesses(Path.of("/proc")).lives(child, Long.MAX_VALUE));
    }

    @Test
    void shouldNotStartWhatIsKilledBeforeItsIntent() throws Exception {
        TaskSpec spec = host.shell("echo ran");
        probe.stop(spec.id(), Phase.BEFORE_INTENT);
        launcher.launch(spec);
        probe.awaitReached(spec.id());

        launcher.kill(spec.id(), LONG);
        probe.goOn(spec.id());

        assertThat(heard.awaitEnd(spec.id())).isEqualTo(new Told.NotStarted("killed before it was started"));
        assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldCancelAShimThatHasNotBegun() throws Exception {
        TaskSpec spec = host.shell("echo ran");
        probe.stop(spec.id(), Phase.BEFORE_STARTED);
        launcher.launch(spec);
        probe.awaitReached(spec.id());

        launcher.kill(spec.id(), LONG);
        assertThat(heard.awaitEnd(spec.id())).isEqualTo(new Told.NotStarted("killed before it was started"));
        LaunchProbe.release(host.containers, spec.id());

        Awaitility.await()
                .until(() -> new HostProcesses(Path.of("/proc"))
                        .ofContainer(spec.id(), host.files(spec.id()).path())
                        .isEmpty());
        assertThat(host.sandbox(spec.id()).resolve("stdout")).doesNotExist();
    }

    @Test
    void shouldKillAsSoonAsThereIsAProcess() throws Exception {
        TaskSpec spec = host.shell("sleep 1000");
        probe.stop(spec.id(), Phase.BEFORE_PID);
        launcher.launch(spec);
        probe.awaitReached(spec.id());

        launcher.kill(spec.id(), LONG);
        LaunchProbe.release(host.containers, spec.id());

        assertThat(heard.awaitExit(spec.id())).isEqualTo(new Signaled(15));
    }

    @Test
    void shouldKillAll() throws IOException {
        ContainerId quiet = launchReady("echo ready; sleep 1000");
        ContainerId stubborn = launchReady(IGNORES_TERM);
        TaskSpec justLaunched = host.shell("sleep 1000");
        launcher.launch(justLaunched);

        launcher.killAll(Duration.ofMillis(300));

        assertThat(heard.story(quiet)).contains(new Told.Exited(new Signaled(15)));
        assertThat(heard.story(stubborn)).contains(new Told.Exited(new Signaled(9)));
        assertThat(heard.story(justLaunched.id())).isNotEmpty();
        heard.checkStories();
    }

    @Test
    void shouldIgnoreTheUnknownAndTheEnded() {
        TaskSpec spec = host.shell("true");
        launcher.launch(spec);
        heard.awaitExit(spec.id());

        launcher.kill(spec.id(), Duration.ZERO);
        launcher.kill(TestHost.newId(), Duration.ZERO);
        launcher.killAll(Duration.ZERO);

        assertThat(heard.story(spec.id())).hasSize(2);
        assertThat(heard.size()).isEqualTo(1);
    }
}
