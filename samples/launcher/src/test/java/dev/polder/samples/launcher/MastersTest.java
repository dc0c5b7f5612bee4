package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a command makes of the answers of masters; here one that says what it is told to. */
@Tag("slow")
final class MastersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Deque<HttpResponse> answers = new ConcurrentLinkedDeque<>();
    private final StringWriter err = new StringWriter();
    private HttpServer master;
    private String address;

    @BeforeEach
    void start() throws IOException {
        master = HttpServer.start(
                HttpServerConfig.defaults("127.0.0.1", 0, "fake-master"),
                (request, responder) -> answer(request.path(), responder));
        address = "127.0.0.1:" + master.address().getPort();
    }

    @AfterEach
    void stop() {
        master.close();
    }

    private void answer(String path, HttpResponder responder) {
        if (path.equals("/health")) {
            responder.respond(HttpResponse.empty(200));
            return;
        }
        HttpResponse next = answers.poll();
        responder.respond(next == null ? HttpResponse.text(500, "asked too often") : next);
    }

    private Masters masters(String list, Duration patience) {
        return Masters.parse(list, patience, new PrintWriter(err, true));
    }

    private static HttpResponse comeAgain(String reason) {
        return HttpResponse.text(503, reason).with("Retry-After", "1");
    }

    private static String silent() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + closed.getLocalPort();
        }
    }

    @Test
    void shouldAskAgainWhereItIsToldToAndSayOnceWhatItWaitsFor() throws Exception {
        answers.addAll(List.of(comeAgain("no leader"), comeAgain("no leader"), HttpResponse.text(200, "done")));

        assertThat(masters(address, PATIENCE).ask("POST", "/x")).isEqualTo(new Masters.Answer("done", true));
        assertThat(err.toString().lines()).containsExactly("polder: no leader; asking again, for 30 s at most");
    }

    @Test
    void shouldGiveUpInTime() {
        answers.add(comeAgain("no leader"));

        assertThatThrownBy(() -> masters(address, Duration.ZERO).ask("GET", "/x"))
                .hasMessage("no leader; it was asked for 0 s");
    }

    @Test
    void shouldGoToTheLeaderAndWaitWhereNobodyListensThereAnyMore() throws Exception {
        answers.addAll(List.of(
                HttpResponse.empty(307).with("Location", "//" + silent() + "/x"),
                HttpResponse.empty(307).with("Location", "//" + address + "/y"),
                HttpResponse.text(200, "done")));

        assertThat(masters(address, PATIENCE).ask("GET", "/x").body()).isEqualTo("done");
        assertThat(err.toString()).contains(", where the leader was; asking again");
    }

    @Test
    void shouldAskTheFirstThatListens() throws Exception {
        String silent = silent();
        answers.add(HttpResponse.text(200, "done"));

        assertThat(masters(silent + ", " + address, PATIENCE).ask("GET", "/x"))
                .isEqualTo(new Masters.Answer("done", false));
        assertThatThrownBy(() -> masters(silent + "," + silent, PATIENCE).ask("GET", "/x"))
                .hasMessage("nobody listens at " + silent + ", " + silent);
    }

    /** Its host accepts connections as long as there is room, whatever its process does. */
    @Test
    void shouldPassByAMasterThatStandsStill() throws Exception {
        try (ServerSocket standing = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            String stopped = "127.0.0.1:" + standing.getLocalPort();
            answers.addAll(List.of(HttpResponse.text(200, "read"), HttpResponse.text(200, "changed")));

            Masters masters = masters(stopped + "," + address, PATIENCE);
            assertThat(masters.ask("GET", "/x").body()).isEqualTo("read");
            assertThat(masters.ask("POST", "/x").body()).isEqualTo("changed");
            assertThatThrownBy(() -> masters(stopped, PATIENCE).ask("POST", "/x"))
                    .hasMessage(stopped + " gave no answer for 5 s");
        }
    }

    @Test
    void shouldShowWhatAMasterRefuses() {
        answers.add(HttpResponse.text(409, "not safe"));

        assertThatThrownBy(() -> masters(address, PATIENCE).ask("POST", "/x")).hasMessage("not safe");
    }

    @Test
    void shouldSayWhoseThePortMayBeWhereNoMasterAnswers() throws Exception {
        answers.add(HttpResponse.text(404, "no such page"));
        assertThatThrownBy(() -> masters(address, PATIENCE).ask("GET", "/x"))
                .hasMessage(
                        address + " is no master's port, perhaps an agent's: a master's is 5050 unless --master-port"
                                + " says otherwise");

        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread hangsUp = new Thread(() -> hangUp(other), "hangs-up");
            hangsUp.start();
            assertThatThrownBy(() -> masters("127.0.0.1:" + other.getLocalPort(), PATIENCE)
                            .ask("POST", "/x"))
                    .hasMessageContaining("gave no answer of HTTP, as the Raft port does not");
            hangsUp.join();
        }
    }

    @Test
    void shouldSayThatNobodyKnowsWhatWasChangedWhereAMasterHangsUp() throws Exception {
        try (ServerSocket dying = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread dies = new Thread(
                    () -> {
                        say(dying, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                        hangUp(dying);
                    },
                    "dies");
            dies.start();
            assertThatThrownBy(() -> masters("127.0.0.1:" + dying.getLocalPort(), PATIENCE)
                            .ask("POST", "/x"))
                    .hasMessageEndingWith("whether anything was changed is not known");
            dies.join();
        }
    }

    private static void hangUp(ServerSocket server) {
        say(server, "PLDR");
    }

    private static void say(ServerSocket server, String words) {
        try (Socket accepted = server.accept()) {
            accepted.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldRefuseWhatIsNoAddressAndNameTheRule() {
        for (String wrong : List.of("", "a b", "host:", "host:70000", "http://host", "host/x")) {
            assertThatThrownBy(() -> masters("m1:5050," + wrong, PATIENCE))
                    .hasMessageStartingWith("'" + wrong + "' in the masters 'm1:5050," + wrong + "' is no host:port")
                    .hasMessageEndingWith("the port may be missing, and is 5050 then");
        }
        masters("m1,m2:5150,[::1],[::1]:5150", PATIENCE);
    }
}
