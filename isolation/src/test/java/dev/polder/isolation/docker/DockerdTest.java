package dev.polder.isolation.docker;

import static dev.polder.isolation.docker.DockerNetwork.Kind.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.docker.DockerStream.Piece;
import dev.polder.isolation.docker.DockerStream.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers of a real engine. */
@Tag("slow")
@Timeout(180)
class DockerdTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static TestDockerd dockerd;

    private DockerEngine engine;
    private final ContainerId id = new ContainerId(UUID.randomUUID());

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
    void connect() {
        engine = dockerd.engine();
    }

    @AfterEach
    void leaveNothing() throws IOException {
        for (String container : engine.containers().keySet()) {
            engine.remove(container);
        }
        assertThat(engine.containers()).isEmpty();
    }

    private static DockerRun shell(String script) {
        return DockerRun.of(TestDockerd.IMAGE).withCommand("sh", "-c", script).withNetwork(DockerNetwork.of(NONE));
    }

    private String started(DockerRun run) throws IOException {
        String container = engine.create(id, run);
        engine.start(container);
        return container;
    }

    private static String all(DockerStream stream, Source source) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Optional<Piece> piece = stream.next(); piece.isPresent(); piece = stream.next()) {
            if (piece.get().source() == source) {
                text.append(new String(piece.get().bytes(), StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }

    @Test
    void shouldRunAContainerAndFindItByItsLabel() throws IOException {
        String container = started(shell("echo out; echo err >&2; ls /sys/class/net; exit 42"));

        assertThat(engine.await(container, LONG)).isEqualTo(OptionalInt.of(42));
        try (DockerStream logs = engine.logs(container, false, false, LONG)) {
            assertThat(all(logs, Source.STDOUT)).isEqualTo("out\nlo\n");
        }
        try (DockerStream logs = engine.logs(container, false, true, LONG)) {
            assertThat(all(logs, Source.STDERR)).isEqualTo("err\n");
        }
        assertThat(engine.containers()).containsEntry(container, id).hasSize(1);
        assertThat(engine.inspect(DockerRun.nameOf(id)))
                .contains(new DockerContainer(container, Optional.of(id), "exited", 0, 42, false, ""));
        assertThatThrownBy(() -> engine.create(id, shell("true")))
                .isInstanceOfSatisfying(
                        DockerException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessageContaining("already in use");
    }

    @Test
    void shouldLimitAndMeasure() throws IOException {
        DockerRun run = shell("echo begun; exec sleep 1000")
                .withLimits(DockerLimits.of(500, 64 << 20).withCpuMillisMax(500));
        String container = started(run);

        DockerUsage usage = engine.usage(container);

        assertThat(usage.memLimitBytes()).isEqualTo(64 << 20);
        assertThat(usage.memTotalBytes()).isBetween(1L, 64L << 20);
        assertThat(usage.processes()).isEqualTo(1);
        assertThat(usage.cpusUserTimeNanos() + usage.cpusSystemTimeNanos()).isPositive();
        assertThat(engine.await(container, Duration.ofMillis(100))).isEmpty();
        engine.stop(container, Duration.ZERO);
        assertThat(engine.await(container, LONG)).isEqualTo(OptionalInt.of(137));
        engine.stop(container, Duration.ZERO);
        engine.kill(container, "SIGKILL");
    }

    @Test
    void shouldSayThatMemoryWasOut() throws IOException {
        String container = started(shell("tail /dev/zero").withLimits(DockerLimits.of(1000, 32 << 20)));

        assertThat(engine.await(container, LONG)).isEqualTo(OptionalInt.of(137));
        assertThat(engine.inspect(container).orElseThrow().oomKilled()).isTrue();
        try (DockerEvents events = engine.events(1, LONG)) {
            Awaitility.await().until(() -> events.next().orElseThrow().action().equals("die"));
        }
    }

    @Test
    void shouldRunCommandsInAContainer() throws IOException {
        String container = started(shell("exec sleep 1000"));
        String exec = engine.createExec(container, List.of("sh", "-c", "cat; echo err >&2; exit 7"), false);
        try (DockerStream stream = engine.startExec(exec, false, LONG)) {
            stream.write("typed".getBytes(StandardCharsets.UTF_8));
            assertThat(engine.exitCodeOfExec(exec)).isEmpty();
            stream.endInput();
            assertThat(all(stream, Source.STDOUT)).isEqualTo("typed");
        }
        assertThat(engine.exitCodeOfExec(exec)).isEqualTo(OptionalInt.of(7));

        String terminal = engine.createExec(container, List.of("sh", "-c", "read line; stty size"), true);
        try (DockerStream stream = engine.startExec(terminal, true, LONG)) {
            engine.resizeExec(terminal, 33, 77);
            stream.write("\n".getBytes(StandardCharsets.UTF_8));
            assertThat(all(stream, Source.STDOUT)).contains("33 77\r\n");
        }
    }

    @Test
    void shouldAttachToATerminal() throws IOException {
        String container = engine.create(
                id, shell("read line; stty size; echo \"got $line\"").withTerminal());
        try (DockerStream stream = engine.attach(container, true, LONG)) {
            engine.start(container);
            engine.resize(container, 44, 99);
            stream.write("tulip\n".getBytes(StandardCharsets.UTF_8));
            assertThat(all(stream, Source.STDOUT)).contains("44 99\r\n").contains("got tulip\r\n");
        }
        assertThat(engine.await(container, LONG)).isEqualTo(OptionalInt.of(0));
    }

    @Test
    void shouldMapAPortOfTheHost() throws Exception {
        DockerRun run = DockerRun.of(TestDockerd.IMAGE)
                .withCommand("nc", "-ll", "-p", "80", "-e", "echo", "from inside")
                .withNetwork(DockerNetwork.of(DockerNetwork.Kind.BRIDGE), new DockerPort(31001, 80, "TCP"));
        started(run);

        Awaitility.await()
                .atMost(LONG)
                .ignoreExceptions()
                .until(() -> dockerd.inNetwork("sh", "-c", "busybox nc 127.0.0.1 31001 </dev/null")
                        .equals("from inside\n"));
    }

    @Test
    void shouldTakeParametersOfDockerRun() throws IOException {
        String container = started(shell("hostname; grep CapEff /proc/self/status; ulimit -n; touch /x; id -u")
                .withParameters(
                        new DockerParameter("hostname", "plot-7"),
                        new DockerParameter("cap-drop", "ALL"),
                        new DockerParameter("ulimit", "nofile=64:128"),
                        new DockerParameter("read-only", "true"),
                        new DockerParameter("tmpfs", "/tmp:size=1m"),
                        new DockerParameter("shm-size", "1m"),
                        new DockerParameter("log-driver", "json-file"),
                        new DockerParameter("log-opt", "max-size=1m"),
                        new DockerParameter("security-opt", "no-new-privileges"),
                        new DockerParameter("user", "1234")));

        assertThat(engine.await(container, LONG)).isEqualTo(OptionalInt.of(0));
        try (DockerStream logs = engine.logs(container, false, false, LONG)) {
            assertThat(all(logs, Source.STDOUT)).isEqualTo("plot-7\nCapEff:\t0000000000000000\n64\n1234\n");
        }
    }

    @Test
    void shouldSayInWordsWhatCannotStart() throws IOException {
        String container = engine.create(id, DockerRun.of(TestDockerd.IMAGE).withCommand("no-such-program"));

        assertThatThrownBy(() -> engine.start(container))
                .isInstanceOf(DockerException.class)
                .hasMessageContaining("no-such-program");
        assertThat(engine.inspect(container).orElseThrow().error()).contains("no-such-program");
        assertThatThrownBy(() -> engine.create(id, DockerRun.of("no/such-image")))
                .isInstanceOfSatisfying(
                        DockerException.class, e -> assertThat(e.status()).isEqualTo(404));
        assertThat(engine.hasImage(TestDockerd.IMAGE)).isTrue();
        assertThat(engine.hasImage("no/such-image")).isFalse();
        assertThatThrownBy(() -> engine.pull("127.0.0.1:1/a", LONG, (layer, status, bytes, total) -> {}))
                .isInstanceOf(DockerException.class)
                .hasMessageContaining("connection refused");
    }

    @Test
    void shouldFindAContainerAgainThatEndsWhileTheEngineIsDown() throws Exception {
        String container = started(shell("busybox mkfifo /tmp/wait; read line < /tmp/wait; exit 23")
                .withParameters(new DockerParameter("tmpfs", "/tmp")));
        long pid = engine.inspect(container).orElseThrow().pid();
        Path pipe = Path.of("/proc/" + pid + "/root/tmp/wait");
        Awaitility.await().atMost(LONG).until(() -> Files.exists(pipe));

        dockerd.kill();
        assertThat(ProcessHandle.of(pid)).isPresent();
        Files.writeString(pipe, "end\n", StandardOpenOption.WRITE);
        Awaitility.await().atMost(LONG).until(() -> ProcessHandle.of(pid).isEmpty());
        dockerd.startAgain();

        engine = dockerd.engine();
        assertThat(engine.containers()).containsEntry(container, id);
        assertThat(engine.await(container, LONG)).isEqualTo(OptionalInt.of(23));
    }
}
