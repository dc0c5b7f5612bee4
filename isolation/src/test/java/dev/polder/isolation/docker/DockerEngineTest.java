package dev.polder.isolation.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.docker.DockerEvents.Event;
import dev.polder.isolation.docker.DockerStream.Piece;
import dev.polder.isolation.json.JsonException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of the engine, and what the client makes of answers that are good, bad, or none. */
@Timeout(60)
class DockerEngineTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final String OK = "HTTP/1.1 200 OK\r\n\r\n";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String ID = "4c01db0b339c";

    @TempDir
    Path directory;

    private FakeEngine fake;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeEngine(directory);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private DockerEngine engine(Duration silenceMax) throws IOException {
        fake.answers(FakeEngine.PING);
        DockerEngine engine = DockerEngine.connect(fake.path, silenceMax);
        fake.asked.clear();
        return engine;
    }

    private String firstLine() {
        return fake.asked.remove().lines().findFirst().orElseThrow();
    }

    @Test
    void shouldTakeTheNewestVersionThatBothKnow() throws IOException {
        assertThat(engine(LONG).apiVersion()).isEqualTo("1.41");
        fake.answers(FakeEngine.PING.replace("1.41", "1.99"));
        assertThat(DockerEngine.connect(fake.path, LONG).apiVersion()).isEqualTo("1.47");
        fake.answers(FakeEngine.PING.replace("1.41", "1.24"));
        assertThatThrownBy(() -> DockerEngine.connect(fake.path, LONG)).hasMessageContaining("speaks 1.24 < 1.41");
        fake.answersJson(200, "{}");
        assertThatThrownBy(() -> DockerEngine.connect(fake.path, LONG)).hasMessageContaining("is no Docker Engine");
        assertThatThrownBy(() -> DockerEngine.connect(directory.resolve("none"), LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none does not answer");
    }

    @Test
    void shouldNameTheCallTheStatusAndTheEnginesWords() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answersJson(409, "{\"message\":\"it is in use\"}");

        assertThatThrownBy(() -> engine.create(new ContainerId(UUID.randomUUID()), DockerRun.of("busybox")))
                .isInstanceOfSatisfying(
                        DockerException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessage("POST /containers/create is answered with 409: it is in use");

        fake.answers("HTTP/1.1 500 Oh\r\nContent-Length: 9000\r\n\r\n" + "x".repeat(9000));
        assertThatThrownBy(() -> engine.start(ID))
                .hasMessageStartingWith("POST /containers/" + ID + "/start is answered with 500: xxx")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2200));
    }

    @Test
    void shouldTakeForGrantedWhatIsSoAlready() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers("HTTP/1.1 304 Not Modified\r\n\r\n");
        engine.start(ID);
        fake.answersJson(404, "{\"message\":\"No such container\"}");
        engine.remove(ID);
        fake.answersJson(409, "{\"message\":\"is not running\"}");
        engine.kill(ID, "SIGTERM");
        fake.answersJson(404, "{\"message\":\"No such container\"}");
        assertThat(engine.inspect(ID)).isEmpty();
        fake.answersJson(404, "{\"message\":\"No such image\"}");
        assertThat(engine.hasImage("a/b:1")).isFalse();

        assertThat(fake.asked.stream().map(text -> text.lines().findFirst().orElseThrow()))
                .containsExactly(
                        "POST /v1.41/containers/" + ID + "/start HTTP/1.1",
                        "DELETE /v1.41/containers/" + ID + "?force=true&v=true HTTP/1.1",
                        "POST /v1.41/containers/" + ID + "/kill?signal=SIGTERM HTTP/1.1",
                        "GET /v1.41/containers/" + ID + "/json HTTP/1.1",
                        "GET /v1.41/images/a/b:1/json HTTP/1.1");
    }

    @Test
    void shouldNotWaitForeverForASilentEngine() throws IOException {
        DockerEngine engine = engine(SHORT);
        fake.answers(FakeEngine.SILENCE);

        assertThatThrownBy(() -> engine.start(ID))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("was silent for PT0.05S");
    }

    @Test
    void shouldSayThatAContainerStillRuns() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + FakeEngine.SILENCE);
        assertThat(engine.await(ID, SHORT)).isEmpty();
    }

    @Test
    void shouldSayHowAContainerHasEnded() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers(CHUNKED + "5;x=y\r\n{\"Sta\r\n0011\r\ntusCode\" : 137 }\n\r\n0\r\nTrailer: 1\r\n\r\n");
        assertThat(engine.await(ID, LONG)).isEqualTo(OptionalInt.of(137));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200",
                "SSH-2.0-OpenSSH\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Id\":\"a\"}",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{\"Id\":\"a\"}",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"Id\":\"a\"}",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot JSON!",
            })
    void shouldRefuseAnswersThatAreNone(String answer) throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers(answer);

        assertThatThrownBy(() -> engine.create(new ContainerId(UUID.randomUUID()), DockerRun.of("busybox")))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void shouldReadNoMoreThanAnAnswerMayHave() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(101) + "\r\n{}");
        assertThatThrownBy(() -> engine.usage(ID)).hasMessageContaining("or more than 100");
        fake.answers("HTTP/1.1 200 OK\r\nA: " + "b".repeat(17_000) + "\r\n\r\n{}");
        assertThatThrownBy(() -> engine.usage(ID)).hasMessageContaining("more than 16384 bytes");
        fake.answersJson(200, "[" + " ".repeat(EngineCalls.ANSWER_BYTES_MAX) + "]");
        assertThatThrownBy(() -> engine.usage(ID)).hasMessageContaining("more than 16777216 bytes");
    }

    @Test
    void shouldNotLetANameBecomeAnotherCall() throws IOException {
        DockerEngine engine = engine(LONG);

        for (String name : List.of("", "a/../../images", "a?force=true", "a\r\nX: y", "a b")) {
            assertThatThrownBy(() -> engine.start(name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> engine.hasImage("a/../containers/json")).isInstanceOf(IllegalArgumentException.class);
        assertThat(fake.asked).isEmpty();
        fake.answersJson(204, "");
        engine.kill(ID, "SIG&x=y z\r\n");
        assertThat(firstLine()).isEqualTo("POST /v1.41/containers/" + ID + "/kill?signal=SIG%26x%3Dy+z%0D%0A HTTP/1.1");
    }

    @Test
    void shouldFindItsOwnContainersAmongOthers() throws IOException {
        DockerEngine engine = engine(LONG);
        ContainerId own = new ContainerId(UUID.randomUUID());
        fake.answersJson(
                200,
                "[{\"Id\":\"1\",\"Labels\":{\"" + DockerRun.LABEL + "\":\"" + own + "\"}},"
                        + "{\"Id\":\"2\",\"Labels\":{\"" + DockerRun.LABEL
                        + "\":\"mine\"}},{\"Id\":\"3\",\"Labels\":null}]");

        assertThat(engine.containers()).isEqualTo(Map.of("1", own));
        assertThat(firstLine()).contains("all=true", "filters=%7B%22label%22%3A%5B%22dev.polder.container%22%5D%7D");
    }

    @Test
    void shouldReadUsageUnderBothVersionsOfControlGroups() throws IOException {
        DockerEngine engine = engine(LONG);
        String cpu = "\"cpu_stats\":{\"cpu_usage\":{\"usage_in_usermode\":5,\"usage_in_kernelmode\":6},"
                + "\"throttling_data\":{\"periods\":7,\"throttled_periods\":8,\"throttled_time\":9}},";
        fake.answersJson(
                200,
                "{" + cpu
                        + "\"memory_stats\":{\"usage\":10,\"limit\":11,\"stats\":{\"total_rss\":12,\"total_cache\":13,"
                        + "\"total_mapped_file\":15,\"total_swap\":16,\"total_unevictable\":17}},"
                        + "\"pids_stats\":{\"current\":14},\"networks\":{\"a\":{\"rx_bytes\":1,\"tx_bytes\":2},"
                        + "\"b\":{\"rx_bytes\":10,\"tx_bytes\":20}}}");
        fake.answersJson(
                200,
                "{" + cpu
                        + "\"memory_stats\":{\"stats\":{\"anon\":22,\"file\":23,\"file_mapped\":24,\"unevictable\":25}}}");

        assertThat(engine.usage(ID)).isEqualTo(new DockerUsage(5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 11, 14, 11, 22));
        assertThat(engine.usage(ID)).isEqualTo(new DockerUsage(5, 6, 7, 8, 9, 0, 22, 23, 24, 0, 25, 0, 0, 0, 0));
    }

    private static String frame(int kind, String text) {
        return (char) kind + "\0\0\0\0\0\0" + (char) text.length() + text;
    }

    private static String text(Piece piece) {
        return piece.source() + " " + new String(piece.bytes(), StandardCharsets.UTF_8);
    }

    private static List<String> pieces(DockerStream stream) throws IOException {
        List<String> pieces = new ArrayList<>();
        for (Optional<Piece> piece = stream.next(); piece.isPresent(); piece = stream.next()) {
            pieces.add(text(piece.get()));
        }
        return pieces;
    }

    @Test
    void shouldTellOutputFromErrors() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers("HTTP/1.1 200 OK\r\n\r\n" + frame(1, "out") + frame(2, "err") + frame(1, "") + frame(0, "in"));
        try (DockerStream stream = engine.logs(ID, false, false, LONG)) {
            assertThat(pieces(stream)).containsExactly("STDOUT out", "STDERR err", "STDOUT in");
        }
        fake.answers("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n" + frame(1, "raw"));
        try (DockerStream stream = engine.attach(ID, true, LONG)) {
            assertThat(pieces(stream)).containsExactly("STDOUT " + frame(1, "raw"));
            assertThat(stream).isNotNull();
        }
        assertThat(fake.asked.stream().skip(1)).allMatch(text -> text.contains("Upgrade: tcp\r\n"));
    }

    @Test
    void shouldRefuseFramesThatAreNone() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers("HTTP/1.1 200 OK\r\n\r\n" + frame(3, "x"));
        try (DockerStream stream = engine.logs(ID, false, false, LONG)) {
            assertThatThrownBy(stream::next).hasMessageContaining("of the kind 3");
        }
        fake.answers("HTTP/1.1 200 OK\r\n\r\n" + frame(1, "whole").substring(0, 10));
        try (DockerStream stream = engine.logs(ID, false, false, LONG)) {
            assertThat(stream.next().map(DockerEngineTest::text)).contains("STDOUT wh");
            assertThatThrownBy(stream::next).isInstanceOf(EOFException.class).hasMessageContaining("3 bytes before");
        }
        fake.answers("HTTP/1.1 200 OK\r\n\r\n\1\0\0");
        try (DockerStream stream = engine.logs(ID, false, false, LONG)) {
            assertThatThrownBy(stream::next).isInstanceOf(EOFException.class).hasMessageContaining("head of a frame");
        }
    }

    @Test
    @SuppressWarnings("try") // to close while it is read is what is tested
    void shouldEndAStreamThatAnotherThreadCloses() throws Exception {
        DockerEngine engine = engine(LONG);
        fake.answers("HTTP/1.1 200 OK\r\n\r\n" + frame(1, "a") + FakeEngine.SILENCE);
        try (DockerStream stream = engine.logs(ID, false, true, LONG)) {
            CountDownLatch first = new CountDownLatch(1);
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            Thread reader = new Thread(
                    () -> {
                        try {
                            stream.next();
                            first.countDown();
                            stream.next();
                            failure.complete(new AssertionError("it goes on"));
                        } catch (IOException e) {
                            failure.complete(e);
                        }
                    },
                    "reader");
            reader.start();
            first.await();

            stream.close();

            assertThat(failure.get()).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
            reader.join();
        }
    }

    @Test
    void shouldHearWhatHappens() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers(
                CHUNKED
                        + "45\r\n{\"Action\":\"die\",\"Actor\":{\"ID\":\"1\"},\"timeNano\":1700000000000000001}\r\n\r\n0\r\n\r\n");
        try (DockerEvents events = engine.events(17, LONG)) {
            assertThat(events.next()).contains(new Event("die", "1", 1_700_000_000_000_000_001L));
            assertThat(events.next()).isEmpty();
        }
        assertThat(firstLine()).contains("since=17", "dev.polder.container");
    }

    @Test
    void shouldPullWithCredentialsAndProgress() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers(OK
                + String.join(
                        "\r\n",
                        "{\"status\":\"Pulling from a\",\"id\":\"latest\"}",
                        "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":3,\"total\":9},\"id\":\"f00\"}",
                        "{\"status\":\"done\"}",
                        ""));
        List<String> progress = new ArrayList<>();

        engine.pull(
                "127.0.0.1:5/a",
                new DockerCredentials("u", "geheim", "127.0.0.1:5"),
                LONG,
                (layer, status, bytes, total) -> progress.add(layer + " " + status + " " + bytes + "/" + total));

        assertThat(progress).containsExactly("latest Pulling from a 0/0", "f00 Downloading 3/9", " done 0/0");
        String asked = fake.asked.remove();
        assertThat(asked).contains("/images/create?fromImage=127.0.0.1%3A5%2Fa%3Alatest ");
        String header = asked.replaceAll("(?s).*X-Registry-Auth: (\\S+)\r\n.*", "$1");
        assertThat(new String(Base64.getUrlDecoder().decode(header), StandardCharsets.UTF_8))
                .contains("\"username\":\"u\"", "\"password\":\"geheim\"", "\"serveraddress\":\"127.0.0.1:5\"");
        assertThat(new DockerCredentials("u", "geheim", "r")).asString().doesNotContain("geheim");
    }

    @Test
    void shouldSayWhyAPullFailsOnTheWay() throws IOException {
        DockerEngine engine = engine(LONG);
        fake.answers("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"Pulling\"}\r\n{\"error\":\"unexpected EOF\"}\r\n");
        assertThatThrownBy(() -> engine.pull("a", LONG, (layer, status, bytes, total) -> {}))
                .isInstanceOf(DockerException.class)
                .hasMessage("pull of a is answered with 200: unexpected EOF");
        fake.answers("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"Pulling");
        assertThatThrownBy(() -> engine.pull("a", LONG, (layer, status, bytes, total) -> {}))
                .isInstanceOf(JsonException.class);
        fake.answers("HTTP/1.1 200 OK\r\n\r\n" + " ".repeat((1 << 20) + 1));
        assertThatThrownBy(() -> engine.pull("a", LONG, (layer, status, bytes, total) -> {}))
                .hasMessageContaining("LINE_BYTES_MAX=1048576");
    }
}
