package dev.polder.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class UpgradeTest {

    private static final HttpServerConfig SERVER = HttpServerConfig.defaults("127.0.0.1", 0, "server-test");
    private static final HttpClientConfig CLIENT = HttpClientConfig.defaults("client-test");
    private static final String PROTOCOL = "polder-agent/1";
    private static final String UPGRADE =
            "GET /agent HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: polder-agent/1\r\n\r\n";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Frames serverSide = new Frames();
    private final Frames clientSide = new Frames();
    private final BlockingQueue<UpgradedConnection> accepted = new LinkedBlockingQueue<>();

    /** Keeps what it is told. */
    private static final class Frames implements FrameListener {

        private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        private final CompletableFuture<ClosedBy> closed = new CompletableFuture<>();

        @Override
        public void onFrame(byte[] frame) {
            frames.add(new String(frame, UTF_8));
        }

        @Override
        public void onClosed(ClosedBy by) {
            assertThat(closed.complete(by)).isTrue();
        }

        String next() throws InterruptedException {
            return frames.poll(30, TimeUnit.SECONDS);
        }

        ClosedBy end() throws Exception {
            return closed.get(30, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void shouldExchangeFramesBothWays() throws Exception {
        UpgradedConnection client = connect(start(SERVER, this::accept));
        UpgradedConnection server = accepted.take();

        for (int i = 0; i < 1000; i++) {
            assertThat(client.send(("to server " + i).getBytes(UTF_8))).isTrue();
            assertThat(server.send(("to client " + i).getBytes(UTF_8))).isTrue();
        }
        client.send(new byte[0]);

        for (int i = 0; i < 1000; i++) {
            assertThat(serverSide.next()).isEqualTo("to server " + i);
            assertThat(clientSide.next()).isEqualTo("to client " + i);
        }
        assertThat(serverSide.next()).isEmpty();
    }

    @Test
    void shouldAgreeAndFrameAsTheProtocolSays() throws Exception {
        RawConnection raw = rawConnect(start(SERVER, (request, responder) -> {
            assertThat(request.headers().first("Upgrade")).contains(PROTOCOL);
            responder.upgrade(PROTOCOL, serverSide).send("hello".getBytes(UTF_8));
        }));

        raw.send(UPGRADE);

        assertThat(raw.readUntil("\r\n\r\n"))
                .isEqualTo("HTTP/1.1 101 Switching Protocols\r\n<DATE>Upgrade: polder-agent/1\r\nConnection: "
                        + "Upgrade\r\n\r\n");
        assertThat(raw.readBytes(9)).isEqualTo("\0\0\0\5hello");
        raw.send("\0\0\0\2ab\0\0\0\0\0\0");
        raw.send("\0\1c");
        assertThat(serverSide.next()).isEqualTo("ab");
        assertThat(serverSide.next()).isEmpty();
        assertThat(serverSide.next()).isEqualTo("c");
    }

    @Test
    void shouldUpgradeLaterAndFromAnotherThread() throws Exception {
        CompletableFuture<HttpResponder> taken = new CompletableFuture<>();
        HttpServer server = start(SERVER, (request, responder) -> taken.complete(responder));
        CompletableFuture<UpgradedConnection> client =
                client().upgrade(server.address(), "/agent", PROTOCOL, Headers.none(), clientSide);

        UpgradedConnection serverEnd = taken.get(30, TimeUnit.SECONDS).upgrade(PROTOCOL, serverSide);
        serverEnd.send("early".getBytes(UTF_8));
        client.get(30, TimeUnit.SECONDS).send("late".getBytes(UTF_8));

        assertThat(clientSide.next()).isEqualTo("early");
        assertThat(serverSide.next()).isEqualTo("late");
    }

    @Test
    void shouldHandTheAnswerOverIfItIsAnother() throws Exception {
        HttpServer server = start(
                SERVER,
                (request, responder) ->
                        responder.respond(HttpResponse.text(307, "not here").with("Location", "//other:1/agent")));

        assertThatThrownBy(() -> connect(server))
                .cause()
                .isInstanceOfSatisfying(UpgradeRefusedException.class, refused -> {
                    assertThat(refused).hasMessage("upgrade refused: status 307, not here");
                    assertThat(refused.response().status()).isEqualTo(307);
                    assertThat(refused.response().headers().first("location")).contains("//other:1/agent");
                });
        assertThat(clientSide.closed).isNotDone();
    }

    @Test
    void shouldTellBothSidesWhoClosed() throws Exception {
        UpgradedConnection client = connect(start(SERVER, this::accept));
        client.send("last words".getBytes(UTF_8));

        client.close();

        assertThat(serverSide.next()).isEqualTo("last words");
        assertThat(serverSide.end()).isEqualTo(ClosedBy.PEER);
        assertThat(clientSide.end()).isEqualTo(ClosedBy.US);
        assertThat(client.send(new byte[1])).isFalse();
        assertThat(accepted.take().send(new byte[1])).isFalse();
    }

    @Test
    void shouldTellBothSidesWhenTheServerCloses() throws Exception {
        HttpServer server = start(SERVER, this::accept);
        connect(server);

        server.close();

        assertThat(serverSide.end()).isEqualTo(ClosedBy.US);
        assertThat(clientSide.end()).isEqualTo(ClosedBy.PEER);
    }

    @Test
    void shouldTellBothSidesWhenTheClientCloses() throws Exception {
        HttpServer server = start(SERVER, this::accept);
        HttpClient client = client();
        client.upgrade(server.address(), "/agent", PROTOCOL, Headers.none(), clientSide)
                .get(30, TimeUnit.SECONDS);

        client.close();

        assertThat(clientSide.end()).isEqualTo(ClosedBy.US);
        assertThat(serverSide.end()).isEqualTo(ClosedBy.PEER);
    }

    @Test
    void shouldRefuseFramesThatAreTooLarge() throws Exception {
        HttpServer server = start(SERVER.withBodyBytesMax(1000), this::accept);
        UpgradedConnection client = connect(server);
        UpgradedConnection serverEnd = accepted.take();

        assertThatThrownBy(() -> serverEnd.send(new byte[1001]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("frame too large: 1001 > 1000");
        client.send(new byte[1001]);

        assertThat(serverSide.end()).isEqualTo(ClosedBy.IO_ERROR);
        assertThat(clientSide.end()).isEqualTo(ClosedBy.PEER);
    }

    @Test
    void shouldCutAPeerThatDoesNotRead() throws Exception {
        HttpServer httpServer = start(SERVER.withOutboxBytesMax(1_000_000), this::accept);
        UpgradedConnection client = connect(httpServer);
        UpgradedConnection server = accepted.take();
        client.setReading(false);

        int sent = 0;
        while (server.send(new byte[100_000]) && sent < 1000) {
            sent++;
        }

        assertThat(sent).isLessThan(1000);
        assertThat(serverSide.end()).isEqualTo(ClosedBy.OUTBOX_FULL);
        assertThat(httpServer.slowReadersCut()).isEqualTo(1);
    }

    @Test
    void shouldStopReadingWhenToldAndGoOnWhenToldAgain() throws Exception {
        UpgradedConnection client = connect(start(SERVER, this::accept));
        UpgradedConnection server = accepted.take();
        server.setReading(false);

        // more than the sockets' buffers hold, so that the rest shows in our outbox
        byte[] frame = new byte[100_000];
        for (int i = 0; i < 80; i++) {
            assertThat(client.send(frame)).isTrue();
        }
        int whileNotReading = serverSide.frames.size();
        server.setReading(true);

        assertThat(whileNotReading).isLessThan(80);
        await().atMost(30, TimeUnit.SECONDS).until(() -> serverSide.frames.size() == 80);
    }

    @Test
    void shouldCloseWhenAListenerThrows() throws Exception {
        HttpServer server = start(
                SERVER,
                (request, responder) -> responder.upgrade(PROTOCOL, new FrameListener() {
                    @Override
                    public void onFrame(byte[] frame) {
                        throw new IllegalStateException("planted");
                    }

                    @Override
                    public void onClosed(ClosedBy by) {
                        serverSide.onClosed(by);
                    }
                }));

        connect(server).send(new byte[1]);

        assertThat(serverSide.end()).isEqualTo(ClosedBy.US);
        assertThat(clientSide.end()).isEqualTo(ClosedBy.PEER);
    }

    private void accept(HttpRequest request, HttpResponder responder) {
        accepted.add(responder.upgrade(PROTOCOL, serverSide));
    }

    private HttpServer start(HttpServerConfig config, HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.start(config, handler);
        open.add(server);
        return server;
    }

    private HttpClient client() {
        HttpClient client = HttpClient.start(CLIENT);
        open.add(client);
        return client;
    }

    private UpgradedConnection connect(HttpServer server) throws Exception {
        return client().upgrade(server.address(), "/agent", PROTOCOL, Headers.none(), clientSide)
                .get(30, TimeUnit.SECONDS);
    }

    private RawConnection rawConnect(HttpServer server) throws IOException {
        RawConnection raw = new RawConnection(server.address());
        open.add(raw);
        return raw;
    }
}
