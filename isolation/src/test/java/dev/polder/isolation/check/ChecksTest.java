package dev.polder.isolation.check;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.attach.ContainerCommand;
import dev.polder.isolation.attach.TestContainer;
import dev.polder.isolation.check.CheckEvent.Health;
import dev.polder.isolation.check.CheckEvent.Result;
import dev.polder.isolation.check.CheckSpec.HealthRule;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(60)
class ChecksTest {
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    private final BlockingQueue<CheckEvent> heard = new LinkedBlockingQueue<>();
    private Checks checks;
    private TestContainer host;

    @BeforeEach
    void open() throws IOException {
        checks = new Checks("test", (id, event) -> heard.add(event));
        host = TestContainer.start(directory, Optional.empty());
    }

    @AfterEach
    void leaveNothing() {
        checks.close();
        host.close();
        assertThat(TestContainer.marked()).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("test-"));
    }

    private ContainerId check(CheckKind kind, Duration interval, Duration timeout, Optional<HealthRule> health) {
        return check(host, new CheckSpec(kind, Duration.ZERO, interval, timeout, health));
    }

    private ContainerId check(TestContainer of, CheckSpec spec) {
        ContainerId id = of.container().id();
        checks.start(id, List.of(spec), of::container, Duration.ZERO, false);
        return id;
    }

    private CheckEvent next() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }

    private static CheckKind command(String line) {
        return new CheckKind.Command(ContainerCommand.shell(line));
    }

    @Test
    void shouldTellTheResultsOfACommandAsTheyChange() throws Exception {
        check(command("cat code && exit $(cat code)"), SOON, LONG, Optional.empty());

        assertThat(next()).isEqualTo(new Result(new CheckResult.Exited(1)));
        Files.writeString(directory.resolve("code.new"), "7");
        Files.move(directory.resolve("code.new"), directory.resolve("code"));
        assertThat(next()).isEqualTo(new Result(new CheckResult.Exited(7)));
    }

    @Test
    void shouldSayThatATaskIsWellThenNotAndIsToBeKilled() throws Exception {
        Files.createFile(directory.resolve("well"));
        check(command("test -e well"), SOON, LONG, Optional.of(new HealthRule(LONG, 2)));

        assertThat(next()).isEqualTo(new Health(true, false));
        Files.delete(directory.resolve("well"));
        assertThat(next()).isEqualTo(new Health(false, false));
        assertThat(next()).isEqualTo(new Health(false, true));
    }

    @Test
    void shouldKillACommandThatTakesTooLongWithAllThatItStarted() throws Exception {
        check(
                command("trap '' TERM HUP; setsid sleep 311 & (setsid sleep 312 &); touch started; sleep 313"),
                LONG,
                Duration.ofSeconds(2),
                Optional.of(new HealthRule(Duration.ZERO, 3)));
        await().until(() -> TestContainer.marked().size() >= 4);

        assertThat(next()).isEqualTo(new Health(false, false));

        await().until(() -> TestContainer.marked().isEmpty());
    }

    @Test
    void shouldKillWhatRunsWhenAContainerIsNotCheckedAnyMore() throws Exception {
        ContainerId id = check(command("setsid sleep 314 & sleep 315"), LONG, Duration.ZERO, Optional.empty());
        await().until(() -> TestContainer.marked().size() >= 3);

        checks.stop(id);

        await().until(() -> TestContainer.marked().isEmpty());
        assertThat(heard).isEmpty();
    }

    @Test
    void shouldKillWhatRunsWhenItIsClosed() {
        check(command("setsid sleep 316 & sleep 317"), LONG, Duration.ZERO, Optional.empty());
        await().until(() -> TestContainer.marked().size() >= 3);

        checks.close();

        assertThat(TestContainer.marked()).isEmpty();
    }

    @Test
    void shouldCheckOthersWhileSomeHang() throws Exception {
        for (int i = 0; i < Checks.RUNS_MAX - 1; i++) {
            check(command("sleep 318"), LONG, Duration.ofSeconds(40), Optional.empty());
        }

        check(command("exit 4"), LONG, LONG, Optional.empty());

        assertThat(next()).isEqualTo(new Result(new CheckResult.Exited(4)));
    }

    @Test
    void shouldNotRunMoreAtATimeThanItMay() throws Exception {
        for (int i = 0; i < Checks.RUNS_MAX + 2; i++) {
            check(command("exec sleep 319"), LONG, Duration.ofSeconds(40), Optional.empty());
        }
        await().until(() -> runs().size() >= Checks.RUNS_MAX);

        // whoever was to be started before this end was heard of has been
        runs().get(0).destroyForcibly();
        assertThat(next()).isEqualTo(new Result(new CheckResult.Exited(137)));

        assertThat(runs()).hasSizeLessThanOrEqualTo(Checks.RUNS_MAX);
        await().until(() -> runs().size() == Checks.RUNS_MAX);
    }

    private List<ProcessHandle> runs() {
        long container = host.container().task().pid();
        try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
            return children.filter(child -> child.isAlive() && child.pid() != container)
                    .toList();
        }
    }

    @Test
    void shouldRefuseMoreChecksThanThereMayBe() {
        CheckSpec spec = new CheckSpec(command("true"), LONG, LONG, LONG, Optional.empty());

        assertThatThrownBy(() -> checks.start(
                        host.container().id(),
                        Collections.nCopies(Checks.CHECKS_MAX + 1, spec),
                        host::container,
                        Duration.ZERO,
                        false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("too many checks: 131073 > checksMax=131072");
    }

    @Test
    void shouldFailWhenTheContainerHasEnded() throws Exception {
        host.end();

        check(command("true"), LONG, LONG, Optional.of(new HealthRule(Duration.ZERO, 1)));

        assertThat(next()).isEqualTo(new Health(false, true));
    }

    @Test
    void shouldTellTheCodeOfAnAnswer() throws Exception {
        try (Answering server = new Answering("HTTP/1.1 418 teapot\r\nContent-Length: 0\r\n\r\n")) {
            check(new CheckKind.Http("http", server.port(), "/a?b=[1-3]", false), LONG, LONG, Optional.empty());

            assertThat(next()).isEqualTo(new Result(new CheckResult.Answered(418)));
            assertThat(server.requests.take()).startsWith("GET /a?b=[1-3] HTTP/1.1\r\nHost: 127.0.0.1:");
        }
    }

    @Test
    void shouldGoNowhereButToHttpWhereverItIsSentOnTo() throws Exception {
        try (Answering elsewhere = new Answering("");
                Answering server = new Answering("HTTP/1.1 302 x\r\nLocation: ftp://127.0.0.1:" + elsewhere.port()
                        + "/\r\nContent-Length: 0\r\n\r\n")) {
            check(
                    new CheckKind.Http("http", server.port(), "", false),
                    LONG,
                    LONG,
                    Optional.of(new HealthRule(Duration.ZERO, 1)));

            assertThat(next()).isEqualTo(new Health(false, true));
            assertThat(elsewhere.held).isEmpty();
        }
    }

    @Test
    void shouldKeepNothingOfAPageWithoutEndAndGiveUpOnIt() throws Exception {
        try (Answering server = new Answering("HTTP/1.1 200 ok\r\n\r\nendless")) {
            server.holds = true;
            check(
                    new CheckKind.Http("http", server.port(), "/", false),
                    LONG,
                    Duration.ofSeconds(1),
                    Optional.of(new HealthRule(Duration.ZERO, 1)));

            assertThat(next()).isEqualTo(new Health(false, true));
        }
    }

    @Test
    void shouldSayWhetherItWasConnected() throws Exception {
        int port;
        try (Answering server = new Answering("")) {
            port = server.port();
            check(new CheckKind.Tcp(port, false), SOON, LONG, Optional.empty());
            assertThat(next()).isEqualTo(new Result(new CheckResult.Connected(true)));
        }

        assertThat(next()).isEqualTo(new Result(new CheckResult.Connected(false)));
    }

    @Test
    void shouldAskWithinTheNetworkOfTheContainer() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may do that");
        Path inside = Files.createDirectory(directory.resolve("inside"));
        Files.writeString(inside.resolve("index.html"), "page");
        try (TestContainer contained = TestContainer.start(
                inside,
                Optional.empty(),
                "ip link set lo up; busybox httpd -p 127.0.0.1:8080; touch serving; sleep 300",
                Map.of(),
                "--net",
                "--pid",
                "--mount-proc")) {
            await().until(() -> Files.exists(inside.resolve("serving")));
            for (CheckKind kind : List.of(
                    new CheckKind.Http("http", 8080, "/", false),
                    new CheckKind.Tcp(8080, false),
                    command("test \"$(readlink /proc/1/ns/pid)\" = \"$(readlink /proc/self/ns/pid)\""))) {
                check(
                        contained,
                        new CheckSpec(kind, Duration.ZERO, LONG, LONG, Optional.of(new HealthRule(Duration.ZERO, 1))));

                assertThat(next()).isEqualTo(new Health(true, false));
            }
            check(new CheckKind.Tcp(8080, false), LONG, LONG, Optional.empty());
            assertThat(next()).isEqualTo(new Result(new CheckResult.Connected(false)));
            checks.close();
        }
    }

    @Test
    void shouldRefuseWhatIsNoUrl() {
        for (String path : List.of("no-slash", "/ space", "/\r\nX: y", "/\u00e4", "/" + "x".repeat(8_192))) {
            assertThatThrownBy(() -> new CheckKind.Http("http", 80, path, false))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new CheckKind.Http("file", 80, "/", false))
                .hasMessage("scheme 'file' is neither http nor https");
        assertThatThrownBy(() -> new CheckKind.Tcp(65_536, false)).hasMessage("port 65536 is not within 1 to 65535");
    }

    /** A server that gives one answer to all. */
    private static final class Answering implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        private final BlockingQueue<Socket> held = new LinkedBlockingQueue<>();
        private volatile boolean holds;

        private Answering(String answer) throws IOException {
            Thread thread = new Thread(() -> serve(answer), "answering");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve(String answer) {
            byte[] request = new byte[4_096];
            while (true) {
                try {
                    Socket peer = socket.accept();
                    held.add(peer);
                    int length = peer.getInputStream().read(request);
                    requests.add(length < 0 ? "" : new String(request, 0, length, US_ASCII));
                    peer.getOutputStream().write(answer.getBytes(US_ASCII));
                    if (!holds) {
                        peer.close();
                    }
                } catch (IOException closed) {
                    if (socket.isClosed()) {
                        return;
                    }
                }
            }
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
            for (Socket each : held) {
                each.close();
            }
        }
    }
}
