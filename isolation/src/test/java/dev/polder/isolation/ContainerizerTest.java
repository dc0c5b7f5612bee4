package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerEnd.Exited;
import dev.polder.isolation.ContainerEnd.NotStarted;
import dev.polder.isolation.RecordingContainers.Ended;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In which order isolators are asked, and what becomes of a container of which one fails; with real processes. */
@Tag("slow")
class ContainerizerTest {
    private static final ContainerLimits LIMITS =
            new ContainerLimits(100, OptionalLong.empty(), 1 << 20, OptionalLong.empty(), OptionalLong.empty());
    private static final Limitation TOO_MUCH = new Limitation(Limitation.Kind.DISK, "too much");

    @TempDir
    Path base;

    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final NotingIsolator first = new NotingIsolator("first", notes);
    private final NotingIsolator second = new NotingIsolator("second", notes);
    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Containerizer containerizer;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        containerizer = start();
    }

    private Containerizer start() throws IOException {
        Containerizer opened = Containerizer.open(
                new Containerizer.Settings(host.containers, "n1", false, List.of(first, second), heard));
        opened.start();
        return opened;
    }

    private void startAgain() throws IOException {
        containerizer.close();
        heard = new RecordingContainers();
        containerizer = start();
    }

    @AfterEach
    void close() {
        first.preparing.countDown();
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
    }

    private ContainerSpec launch(String command) {
        ContainerSpec spec = ContainerSpec.of(host.shell(command));
        containerizer.launch(spec);
        return spec;
    }

    private Ended run(String command) {
        return heard.awaitEnd(launch(command).id());
    }

    @Test
    void shouldPrepareInOrderAndCleanUpInReverse() throws IOException {
        ContainerSpec spec = launch("echo $ISOLATOR");

        assertThat(heard.awaitEnd(spec.id()))
                .isEqualTo(new Ended(new Exited(new ExitStatus.Exited(0)), Optional.empty(), Optional.empty()));
        assertThat(heard.hasStarted(spec.id())).isTrue();
        assertThat(host.stdout(spec.id())).isEqualTo("second\n");
        assertThat(notes)
                .containsExactly(
                        "first recovers 0",
                        "second recovers 0",
                        "first prepares",
                        "second prepares",
                        "second cleans up",
                        "first cleans up");
    }

    @Test
    void shouldNotStartWhatCannotBePrepared() {
        second.failsToPrepare = true;

        Ended ended = run("exit 0");

        assertThat(ended.end()).isEqualTo(new NotStarted("second: planted"));
        assertThat(notes).endsWith("second cleans up", "first cleans up");
    }

    /** A name of a host needs a namespace, which nobody has given here. */
    @Test
    void shouldNotStartWhatIsPlannedWrongly() {
        second.namesTheHost = true;

        assertThat(run("exit 0").end()).isEqualTo(new NotStarted("hostname 'h' needs a UTS namespace"));
        assertThat(notes).endsWith("second cleans up", "first cleans up");
    }

    @Test
    void shouldNotStartWhatAsksForAHostnameThatNobodyGives() {
        ContainerSpec spec = new ContainerSpec(host.shell("exit 0"), Optional.empty(), Set.of(), Optional.of("h"));
        containerizer.launch(spec);

        assertThat(heard.awaitEnd(spec.id()).end())
                .isEqualTo(new NotStarted("hostname 'h': no isolator here gives a container its own"));
    }

    @Test
    void shouldRefuseMoreContainersThanItMayKnow() {
        first.preparing = new CountDownLatch(1);
        TaskSpec task = host.shell("exit 0");
        for (int i = 0; i < TaskLauncher.CONTAINERS_MAX; i++) {
            containerizer.launch(withId(task));
        }
        ContainerSpec tooMany = withId(task);
        containerizer.launch(tooMany);

        assertThat(heard.awaitEnd(tooMany.id()).end())
                .isEqualTo(new NotStarted("too many containers: 65536 >= containersMax=65536"));
        assertThat(heard.endedCount()).isEqualTo(1);
    }

    private static ContainerSpec withId(TaskSpec task) {
        return ContainerSpec.of(new TaskSpec(
                TestHost.newId(), task.program(), task.arguments(), task.environment(), task.sandbox(), null));
    }

    @Test
    void shouldRefuseMoreChangesThanMayWait() {
        first.preparing = new CountDownLatch(1);
        ContainerSpec spec = launch("exit 0");
        Awaitility.await().until(() -> notes.contains("first prepares"));
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < Containerizer.UPDATES_MAX; i++) {
            waiting.add(containerizer.update(spec.id(), LIMITS));
        }
        CompletableFuture<Void> refused = containerizer.update(spec.id(), LIMITS);

        Awaitility.await().until(refused::isDone);
        assertThatThrownBy(refused::join).hasMessageContaining("16 changes wait >= updatesMax=16");
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void shouldCloseWhenItsListenerAsksForIt() throws IOException {
        containerizer.close();
        CountDownLatch closed = new CountDownLatch(1);
        heard = new RecordingContainers() {
            @Override
            public void onStarted(ContainerId id, long pid) {
                containerizer.close();
                closed.countDown();
            }
        };
        containerizer = start();
        launch("exec sleep 1000");

        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> closed.getCount() == 0);
        assertThat(notes).endsWith("second closes", "first closes");
        startAgain();
    }

    @Test
    void shouldNotStartWhatIsKilledMeanwhile() {
        first.preparing = new CountDownLatch(1);
        ContainerSpec spec = launch("exit 0");
        Awaitility.await().until(() -> notes.contains("first prepares"));

        containerizer.kill(spec.id(), Duration.ofSeconds(30));
        first.preparing.countDown();

        assertThat(heard.awaitEnd(spec.id()).end()).isEqualTo(new NotStarted("killed before it was started"));
        assertThat(heard.hasStarted(spec.id())).isFalse();
        assertThat(notes).endsWith("second cleans up", "first cleans up");
    }

    @Test
    void shouldKillWhatRuns() {
        ContainerSpec spec = launch("exec sleep 1000");
        heard.awaitStart(spec.id());

        containerizer.kill(spec.id(), Duration.ofSeconds(30));

        assertThat(heard.awaitEnd(spec.id()).end()).isEqualTo(new Exited(new ExitStatus.Signaled(15)));
    }

    @Test
    void shouldSayWhatIsLeftAndCleanUpTheRest() {
        second.failsToCleanUp = true;

        assertThat(run("exit 0").remains()).contains("second: planted");
        assertThat(notes).endsWith("second cleans up", "first cleans up");
    }

    @Test
    void shouldEndWhatReachesALimit() throws IOException {
        second.interval = Optional.of(Duration.ofMillis(100));
        startAgain();
        ContainerSpec spec = launch("trap '' TERM; echo ready; while :; do sleep 0.01; done");
        heard.awaitStart(spec.id());
        Awaitility.await().until(() -> host.stdout(spec.id()).equals("ready\n"));

        second.limitation = Optional.of(TOO_MUCH);

        assertThat(heard.awaitEnd(spec.id()))
                .isEqualTo(new Ended(new Exited(new ExitStatus.Signaled(9)), Optional.of(TOO_MUCH), Optional.empty()));
    }

    @Test
    void shouldSayWhichLimitATaskEndedFor() {
        second.limitation = Optional.of(TOO_MUCH);

        assertThat(run("kill -KILL $$").limitation()).contains(TOO_MUCH);
    }

    @Test
    void shouldUpdateWhatRuns() {
        ContainerSpec spec = launch("exec sleep 1000");
        heard.awaitStart(spec.id());

        containerizer.update(spec.id(), LIMITS).join();
        assertThat(notes).endsWith("first updates", "second updates");
        second.failsToUpdate = true;
        assertThatThrownBy(() -> containerizer.update(spec.id(), LIMITS).join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("second: planted");
        assertThatThrownBy(() -> containerizer.update(TestHost.newId(), LIMITS).join())
                .hasMessageContaining("does not run");
    }

    @Test
    void shouldFindAgainWhatRunsAndCleanUpWhenItEnds() throws IOException {
        ContainerSpec spec = launch("exec sleep 1000");
        heard.awaitStart(spec.id());

        startAgain();
        assertThat(containerizer.recovered()).containsExactly(spec.id());
        assertThat(notes).endsWith("second closes", "first closes", "first recovers 1", "second recovers 1");
        containerizer.kill(spec.id(), Duration.ofSeconds(30));

        assertThat(heard.awaitEnd(spec.id()).end()).isEqualTo(new Exited(new ExitStatus.Signaled(15)));
        assertThat(notes).endsWith("second cleans up", "first cleans up");
    }

    @Test
    void shouldForgetWhatHasEnded() throws IOException {
        ContainerSpec spec = launch("exit 0");
        heard.awaitEnd(spec.id());
        assertThatThrownBy(() -> containerizer.launch(spec)).hasMessageContaining("was launched before");

        containerizer.forget(spec.id());

        Path files = host.files(spec.id()).path();
        Awaitility.await().until(() -> !files.toFile().exists());
        startAgain();
        assertThat(containerizer.recovered()).isEmpty();
    }

    @Test
    void shouldRefuseTwoIsolatorsOfOneName() {
        assertThatThrownBy(() -> Containerizer.open(
                        new Containerizer.Settings(base.resolve("other"), "n2", false, List.of(first, first), heard)))
                .hasMessage("isolator 'first' is there twice");
    }

    @Test
    void shouldRefuseLimitsThatAreNone() {
        assertThatThrownBy(() ->
                        new ContainerLimits(0, OptionalLong.empty(), 1, OptionalLong.empty(), OptionalLong.empty()))
                .hasMessage("cpuMillis is 0, must be at least 1");
        assertThatThrownBy(
                        () -> new ContainerLimits(1, OptionalLong.empty(), 8, OptionalLong.of(7), OptionalLong.empty()))
                .hasMessage("memoryBytesMax is 7, must be at least memoryBytes, which is 8");
    }

    @Test
    void shouldStartARuntimeInATasksPlace() {
        ContainerSpec spec = ContainerSpec.of(host.spec("/x", List.of("/x"), Map.of("A", "b")));
        LaunchPlan plan = new LaunchPlan(spec.task(), Privileges.USUAL);
        plan.joinGroups(List.of(Path.of("/g/cgroup.procs")));
        plan.unshare(Namespace.PID);

        plan.runBy("true\n", List.of("/usr/bin/runc", "run"), base);

        assertThat(plan.groups()).containsExactly(Path.of("/g/cgroup.procs"));
        assertThat(plan.contained(spec.task()))
                .isEqualTo(new TaskSpec(
                        spec.id(),
                        "/usr/bin/runc",
                        List.of("/usr/bin/runc", "run"),
                        Map.of(),
                        base,
                        null,
                        new Containment(List.of(Path.of("/g/cgroup.procs")), Set.of(Namespace.PID), Optional.empty())
                                .byARuntime("true\n")));
    }

    @Test
    void shouldHaveCleanedUpAllWhenAllAreKilled() throws InterruptedException {
        ContainerSpec running = launch("sleep 1000");
        heard.awaitStart(running.id());
        first.preparing = new CountDownLatch(1);
        launch("sleep 1000");
        Awaitility.await()
                .until(() -> notes.stream().filter("first prepares"::equals).count() == 2);
        Thread release = new Thread(() -> {
            Awaitility.await().until(() -> notes.contains("first cleans up"));
            first.preparing.countDown();
        });
        release.start();

        containerizer.killAll(Duration.ZERO);

        assertThat(notes.stream().filter("first cleans up"::equals)).hasSize(2);
        release.join();
    }

    @Test
    void shouldShareWhatAContainerWantsToShare() throws IOException {
        ContainerSpec spec =
                new ContainerSpec(host.shell(""), Optional.of(LIMITS), Set.of(Namespace.PID), Optional.of("h"));
        LaunchPlan plan = new LaunchPlan(spec.task(), Privileges.USUAL);

        new NamespaceIsolator(Namespace.PID).prepare(spec, plan);
        new NamespaceIsolator(Namespace.UTS).prepare(spec, plan);

        assertThat(plan.contained(spec.task()).containment())
                .isEqualTo(new Containment(List.of(), Set.of(Namespace.UTS), Optional.of("h")));
        ContainerSpec odd =
                new ContainerSpec(host.shell(""), Optional.empty(), Set.of(Namespace.UTS), Optional.of("h"));
        assertThatThrownBy(() ->
                        new NamespaceIsolator(Namespace.UTS).prepare(odd, new LaunchPlan(odd.task(), Privileges.USUAL)))
                .hasMessage("hostname 'h': the container shares the host's");
    }
}
