package dev.polder.isolation;

import static dev.polder.isolation.docker.DockerNetwork.Kind.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerEnd.Exited;
import dev.polder.isolation.ContainerEnd.NotStarted;
import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.docker.DockerEngine;
import dev.polder.isolation.docker.DockerLimits;
import dev.polder.isolation.docker.DockerMount;
import dev.polder.isolation.docker.DockerNetwork;
import dev.polder.isolation.docker.DockerParameter;
import dev.polder.isolation.docker.DockerRun;
import dev.polder.isolation.docker.TestDockerd;
import dev.polder.isolation.engine.DockerIsolator;
import dev.polder.isolation.engine.DockerTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers that a real Docker engine runs. Needs root, dockerd and docker. */
@Tag("slow")
@Timeout(180)
class DockerContainersTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Path CLIENT = HostPrograms.find("docker").orElse(Path.of("/none"));
    private static final String UNTIL_TERM = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done";

    @TempDir
    static Path directory;

    private static TestDockerd dockerd;

    @TempDir
    Path base;

    private final List<String> notes = new CopyOnWriteArrayList<>();
    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Containerizer containerizer;

    @BeforeAll
    static void startEngine() throws IOException, InterruptedException {
        dockerd = TestDockerd.start(directory);
    }

    @AfterAll
    static void stopEngine() throws IOException, InterruptedException {
        if (dockerd != null) {
            dockerd.stop();
        }
    }

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        start();
    }

    private void start() throws IOException {
        start(false);
    }

    private void start(boolean endOrphans) throws IOException {
        DockerIsolator docker = DockerIsolator.open(new DockerIsolator.Settings(
                base.resolve("docker"),
                dockerd.socket,
                CLIENT,
                "n1-docker-removal",
                new DockerIsolator.Patience(LONG, Duration.ofSeconds(2), Duration.ofMillis(100)),
                List.of(base.resolve("allowed"))));
        containerizer = Containerizer.open(new Containerizer.Settings(
                host.containers, "n1", endOrphans, List.of(new NotingIsolator("other", notes), docker), heard));
        containerizer.start();
    }

    private void startAgain() throws IOException {
        containerizer.close();
        heard = new RecordingContainers();
        start();
    }

    @AfterEach
    void leavesNothing() throws IOException {
        containerizer.killAll(Duration.ZERO);
        Awaitility.await()
                .atMost(LONG)
                .untilAsserted(
                        () -> assertThat(base.resolve("docker/containers")).isEmptyDirectory());
        containerizer.close();
        assertThat(dockerd.engine().containers()).isEmpty();
        assertThat(base.resolve("docker/client")).isEmptyDirectory();
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains("--config " + base)))
                .isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("n1-"));
    }

    private static DockerRun shell(String script) {
        return DockerRun.of(TestDockerd.IMAGE).withCommand("sh", "-c", script).withNetwork(DockerNetwork.of(NONE));
    }

    private ContainerId launch(DockerRun run) {
        TaskSpec task = host.shell("exit 99");
        containerizer.launch(ContainerSpec.of(task).by(new DockerTask(run)));
        return task.id();
    }

    private Ended run(DockerRun run) {
        return heard.awaitEnd(launch(run));
    }

    private void awaitOutput(ContainerId id, String output) {
        Awaitility.await().atMost(LONG).until(() -> host.stdout(id).equals(output));
    }

    private static Ended exited(int code) {
        return new Ended(new Exited(new ExitStatus.Exited(code)), Optional.empty(), Optional.empty());
    }

    private static Ended killedBy(int signal) {
        return new Ended(new Exited(new ExitStatus.Signaled(signal)), Optional.empty(), Optional.empty());
    }

    @Test
    void shouldRunAContainerAndEndAsItDoes() throws IOException {
        ContainerId id = launch(shell("echo out; echo err >&2; exit 42"));

        assertThat(heard.awaitEnd(id)).isEqualTo(exited(42));
        assertThat(heard.hasStarted(id)).isTrue();
        assertThat(host.stdout(id)).isEqualTo("out\n");
        assertThat(host.stderr(id)).isEqualTo("err\n");
        assertThat(dockerd.engine().containers()).isEmpty();
        assertThat(notes).as("who isolates processes is not asked").containsExactly("other recovers 0");
    }

    @Test
    void shouldPassTermOn() {
        ContainerId id = launch(shell(UNTIL_TERM));
        awaitOutput(id, "ready\n");

        containerizer.kill(id, LONG);

        assertThat(heard.awaitEnd(id)).isEqualTo(exited(7));
    }

    @Test
    void shouldKillWhatIgnoresTerm() {
        ContainerId id = launch(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
        awaitOutput(id, "ready\n");

        containerizer.kill(id, Duration.ofMillis(300));

        assertThat(heard.awaitEnd(id)).isEqualTo(killedBy(9));
    }

    @Test
    void shouldRemoveAContainerWhoseClientIsGone() throws IOException {
        ContainerId id = launch(shell(UNTIL_TERM));
        awaitOutput(id, "ready\n");
        assertThat(dockerd.engine().containers()).containsValue(id);

        ProcessHandle.of(heard.awaitStart(id)).orElseThrow().destroyForcibly();

        assertThat(heard.awaitEnd(id)).isEqualTo(killedBy(9));
        assertThat(dockerd.engine().containers()).isEmpty();
    }

    @Test
    void shouldSayThatMemoryWasOut() {
        Ended ended = run(shell("tail /dev/zero").withLimits(DockerLimits.of(1000, 32 << 20)));

        assertThat(ended.end()).isEqualTo(new Exited(new ExitStatus.Signaled(9)));
        assertThat(ended.limitation())
                .contains(new Limitation(
                        Limitation.Kind.MEMORY,
                        "Memory limit exceeded: the kernel killed a process of the container, which ended with 137"));
    }

    @Test
    void shouldNotTakeAChildThatWasKilledForTheContainer() {
        assertThat(run(shell("tail /dev/zero & wait; exit 0").withLimits(DockerLimits.of(1000, 32 << 20))))
                .isEqualTo(exited(0));
    }

    @Test
    void shouldSayWhatCannotBeExecuted() throws IOException {
        ContainerId id =
                launch(DockerRun.of(TestDockerd.IMAGE).withCommand("no-such").withNetwork(DockerNetwork.of(NONE)));

        assertThat(heard.awaitEnd(id)).isEqualTo(exited(1));
        assertThat(host.stderr(id)).contains("\"no-such\": executable file not found");
    }

    @Test
    void shouldSayWhatTheEngineDoesNotMake() {
        assertThat(run(DockerRun.of("no/such")).end())
                .isEqualTo(new NotStarted(
                        "docker: POST /containers/create is answered with 404: No such image: no/such:latest"));
    }

    @Test
    void shouldFindAgainWhatRuns() throws IOException {
        ContainerId id = launch(shell(UNTIL_TERM));
        awaitOutput(id, "ready\n");

        startAgain();
        heard.awaitStart(id);
        assertThat(dockerd.engine().containers()).containsValue(id);
        containerizer.kill(id, LONG);

        assertThat(heard.awaitEnd(id)).isEqualTo(exited(7));
        assertThat(notes).doesNotContain("other cleans up");
    }

    @Test
    void shouldRemoveWhatBelongsToNobodyAndLeaveWhatIsOfOthers() throws IOException {
        DockerEngine engine = dockerd.engine();
        String node = Files.readString(base.resolve("docker/node")).strip();
        engine.create(TestHost.newId(), shell("exit 0"), node);
        String ofOther = engine.create(TestHost.newId(), shell("exit 0"), "other");
        Files.createDirectory(base.resolve("docker/containers/" + TestHost.newId()));

        startAgain();

        Awaitility.await().atMost(LONG).untilAsserted(() -> {
            assertThat(engine.containers()).containsOnlyKeys(ofOther);
            assertThat(base.resolve("docker/containers")).isEmptyDirectory();
        });
        engine.remove(ofOther);
    }

    @Test
    void shouldMeasureTheContainerAndNotTheClient() {
        ContainerId id = launch(shell(UNTIL_TERM).withLimits(DockerLimits.of(100, 64 << 20)));
        awaitOutput(id, "ready\n");

        ContainerUsage usage = containerizer.usage(Set.of(id)).get(id);

        assertThat(usage.memory().orElseThrow().counted().orElseThrow().totalBytes())
                .isBetween(1L, 64L << 20);
        assertThat(usage.cpuTime()).isPresent();
        assertThat(usage.threads().orElseThrow()).isBetween(1L, 2L);
        assertThat(usage.processes())
                .as("only those of the client could be counted")
                .isEmpty();
    }

    @Test
    void shouldBindWhatItMay() throws IOException {
        Path allowed = Files.createDirectories(base.resolve("allowed/data"));
        Files.writeString(allowed.resolve("file"), "tulips\n");
        TaskSpec task = host.shell("");
        DockerRun run = shell("cat /d/file; echo more > /s/x; cat /p/file; touch /p/file || echo no")
                .withMounts(List.of(
                        DockerMount.bind(allowed, "/d", false),
                        DockerMount.bind(task.sandbox().resolve("a/b"), "/s", false)))
                .withParameters(new DockerParameter("volume", allowed + ":/p:ro"));

        containerizer.launch(ContainerSpec.of(task).by(new DockerTask(run)));

        assertThat(heard.awaitEnd(task.id())).isEqualTo(exited(0));
        assertThat(host.stdout(task.id())).isEqualTo("tulips\ntulips\nno\n");
        assertThat(task.sandbox().resolve("a/b/x")).hasContent("more\n");
    }

    @Test
    void shouldRefuseToBindWhatItMayNot() throws IOException {
        Path link = Files.createDirectories(base.resolve("allowed")).resolve("link");
        Files.createSymbolicLink(link, Path.of("/etc"));
        DockerRun run = shell("exit 0");

        assertThat(run(run.withMounts(List.of(DockerMount.bind(Path.of("/etc"), "/d", true))))
                        .end()
                        .toString())
                .contains("docker: Path '/etc' in HOST_PATH volume is not below what this agent allows");
        assertThat(run(run.withMounts(List.of(DockerMount.bind(link, "/d", true))))
                        .end()
                        .toString())
                .contains("leads to '/etc', which is not below");
        assertThat(run(run.withParameters(new DockerParameter("volume", "/etc:/d")))
                        .end()
                        .toString())
                .contains("Path '/etc' in HOST_PATH volume is not below");
        TaskSpec task = host.shell("");
        Files.createSymbolicLink(task.sandbox().resolve("out"), Path.of("/etc"));
        containerizer.launch(ContainerSpec.of(task)
                .by(new DockerTask(
                        run.withMounts(List.of(DockerMount.bind(task.sandbox().resolve("out"), "/d", true))))));
        assertThat(heard.awaitEnd(task.id()).end().toString()).contains("is a symbolic link");
    }

    /** The engine dies and its containers live; the client ends, and so the task does. */
    @Test
    void shouldRemoveWhatAnEngineLeavesThatIsStartedAnew() throws Exception {
        ContainerId id = launch(shell(UNTIL_TERM));
        awaitOutput(id, "ready\n");

        dockerd.kill();
        Ended ended = heard.awaitEnd(id);
        dockerd.startAgain();

        assertThat(ended.end()).isNotEqualTo(exited(0).end());
        assertThat(ended.remains().orElseThrow())
                .contains("docker: container polder-" + id + " is left until the engine removes it");
        DockerEngine engine = dockerd.engine();
        Awaitility.await().atMost(LONG).until(() -> engine.containers().isEmpty());
    }

    @Test
    void shouldStartWithoutItsEngineAndRemoveWhatIsLeftLater() throws Exception {
        ContainerId id = launch(shell(UNTIL_TERM));
        awaitOutput(id, "ready\n");
        dockerd.kill();

        startAgain();
        Ended ended = heard.awaitEnd(id);
        dockerd.startAgain();

        assertThat(ended.end()).isNotEqualTo(exited(0).end());
        DockerEngine engine = dockerd.engine();
        Awaitility.await().atMost(LONG).until(() -> engine.containers().isEmpty());
    }

    @Test
    void shouldNotMakeWhatIsKilledMeanwhile() {
        ContainerId id = launch(shell(UNTIL_TERM));
        containerizer.kill(id, LONG);

        assertThat(heard.awaitEnd(id).end()).isEqualTo(new NotStarted("killed before it was started"));
    }

    /** As when its node was killed: the launch shell alone is left then. */
    @Test
    void shouldRemoveWhatIgnoresTermWithATemporaryNode() throws IOException {
        containerizer.close();
        start(true);
        ContainerId id = launch(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
        awaitOutput(id, "ready\n");

        containerizer.close();

        assertThat(dockerd.engine().containers()).isEmpty();
        startAgain();
    }

    @Test
    void shouldRunManyAtOnce() {
        List<ContainerId> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(launch(shell("exit " + i)));
        }

        for (int i = 0; i < ids.size(); i++) {
            assertThat(heard.awaitEnd(ids.get(i))).isEqualTo(exited(i));
        }
    }
}
