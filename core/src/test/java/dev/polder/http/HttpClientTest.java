package dev.polder.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.polder.http.HttpCallException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class HttpClientTest {

    private static final HttpServerConfig SERVER = HttpServerConfig.defaults("127.0.0.1", 0, "server-test");
    private static final HttpClientConfig CLIENT = HttpClientConfig.defaults("client-test");
    private static final byte[] NO_BODY = new byte[0];

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void shouldMakeAThousandCallsOverOneConnectionInOrder() throws Exception {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        List<String> order = new CopyOnWriteArrayList<>();
        HttpServer server = start((request, responder) -> {
            ports.add(request.remoteAddress().getPort());
            order.add(request.path());
            responder.respond(HttpResponse.text(200, request.path() + new String(request.body(), UTF_8)));
        });
        HttpClient client = client(CLIENT);

        List<CompletableFuture<HttpResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            answers.add(
                    client.request(server.address(), "POST", "/" + i, Headers.none(), (" body " + i).getBytes(UTF_8)));
        }

        for (int i = 0; i < 1000; i++) {
            assertThat(answers.get(i).get(30, TimeUnit.SECONDS).bodyText()).isEqualTo("/" + i + " body " + i);
            assertThat(order.get(i)).isEqualTo("/" + i);
        }
        assertThat(ports).hasSize(1);
    }

    @Test
    void shouldSendRequestsAsTheyAreGiven() throws Exception {
        CompletableFuture<HttpRequest> seen = new CompletableFuture<>();
        HttpServer server = start((request, responder) -> {
            seen.complete(request);
            responder.respond(HttpResponse.text(307, "there").with("Location", "//other:5050/x"));
        });

        HttpResponse answer = client(CLIENT)
                .request(server.address(), "PUT", "/a?b=c%20d", Headers.of("X-Y", "z"), "body".getBytes(UTF_8))
                .get(30, TimeUnit.SECONDS);

        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.headers().first("LOCATION")).contains("//other:5050/x");
        HttpRequest request = seen.get();
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.query("b")).contains("c d");
        assertThat(request.headers().first("x-y")).contains("z");
        assertThat(request.headers().first("host"))
                .contains("127.0.0.1:" + server.address().getPort());
    }

    @Test
    void shouldSendTheNextCallAfterTheAnswerUnlessToldOtherwise() throws Exception {
        List<HttpResponder> taken = new CopyOnWriteArrayList<>();
        HttpServer server = start((request, responder) -> taken.add(responder));
        HttpClient oneByOne = client(CLIENT);
        HttpClient pipelining = client(CLIENT.withInFlightMax(3));

        List<CompletableFuture<HttpResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(pipelining.request(server.address(), "POST", "/p", Headers.none(), NO_BODY));
        }
        await().atMost(30, TimeUnit.SECONDS).until(() -> taken.size() == 3);
        CompletableFuture<HttpResponse> first =
                oneByOne.request(server.address(), "POST", "/1", Headers.none(), NO_BODY);
        CompletableFuture<HttpResponse> second =
                oneByOne.request(server.address(), "POST", "/2", Headers.none(), NO_BODY);
        await().atMost(30, TimeUnit.SECONDS).until(() -> taken.size() == 4);
        for (int i = 0; i < 7; i++) {
            int next = i;
            await().atMost(30, TimeUnit.SECONDS).until(() -> taken.size() > next);
            taken.get(i).respond(HttpResponse.empty(202));
        }

        answers.add(first);
        answers.add(second);
        for (CompletableFuture<HttpResponse> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS).status()).isEqualTo(202);
        }
    }

    @Test
    void shouldSayThatNobodyIsThere() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort());
        }
        HttpClient client = client(CLIENT);

        assertFails(client.request(nobody, "GET", "/", Headers.none(), NO_BODY), Reason.NOT_CONNECTED, false);
        assertFails(
                client.stream(nobody, "GET", "/", Headers.none(), NO_BODY, new Received()),
                Reason.NOT_CONNECTED,
                false);
        assertFails(
                client.request(
                        InetSocketAddress.createUnresolved("nowhere.invalid", 1), "GET", "/", Headers.none(), NO_BODY),
                Reason.NOT_CONNECTED,
                false);
    }

    @Test
    void shouldGiveUpOnALateAnswerAndGoOnWithTheNextCall() throws Exception {
        List<HttpRequest> seen = new CopyOnWriteArrayList<>();
        HttpServer server = start((request, responder) -> {
            seen.add(request);
            if (seen.size() > 1) {
                responder.respond(HttpResponse.empty(200));
            }
        });
        HttpClient client = client(CLIENT.withRequestTimeout(Duration.ofSeconds(2)));

        CompletableFuture<HttpResponse> late = client.request(server.address(), "POST", "/", Headers.none(), NO_BODY);
        CompletableFuture<HttpResponse> next = client.request(server.address(), "POST", "/", Headers.none(), NO_BODY);

        assertFails(late, Reason.TIMED_OUT, true);
        assertThat(next.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
    }

    @Test
    void shouldFailWhatIsOnALostConnectionAndNothingElse() throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            InetSocketAddress to = new InetSocketAddress(peer.getInetAddress(), peer.getLocalPort());
            HttpClient client = client(CLIENT.withInFlightMax(2));
            List<CompletableFuture<HttpResponse>> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                answers.add(client.request(to, "POST", "/", Headers.none(), NO_BODY));
            }

            try (Socket first = peer.accept()) {
                assertThat(first.getInputStream().read()).isEqualTo('P');
            }
            assertFails(answers.get(0), Reason.CONNECTION_LOST, true);
            assertFails(answers.get(1), Reason.CONNECTION_LOST, true);
            try (Socket second = peer.accept()) {
                second.getOutputStream()
                        .write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                                .getBytes(UTF_8));
                assertThat(answers.get(2).get(30, TimeUnit.SECONDS).bodyText()).isEqualTo("ok");
            }
        }
    }

    @Test
    void shouldRefuseAnAnswerThatIsNoneOrTooLarge() throws Exception {
        for (String answer : List.of("hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world")) {
            try (ServerSocket peer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
                InetSocketAddress to = new InetSocketAddress(peer.getInetAddress(), peer.getLocalPort());
                CompletableFuture<HttpResponse> call =
                        client(CLIENT.withBodyBytesMax(10)).request(to, "GET", "/", Headers.none(), NO_BODY);
                try (Socket socket = peer.accept()) {
                    socket.getOutputStream().write(answer.getBytes(UTF_8));
                    assertFails(call, Reason.BAD_ANSWER, true);
                }
            }
        }
    }

    @Test
    void shouldBoundTheCallsThatWait() throws Exception {
        List<HttpResponder> taken = new CopyOnWriteArrayList<>();
        HttpServer server = start((request, responder) -> taken.add(responder));
        HttpClientConfig config = new HttpClientConfig(
                "client-test",
                1,
                1,
                2,
                1000,
                1000,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30));
        HttpClient client = client(config);

        List<CompletableFuture<HttpResponse>> pending = new ArrayList<>();
        pending.add(client.request(server.address(), "POST", "/", Headers.none(), NO_BODY));
        await().atMost(30, TimeUnit.SECONDS).until(() -> taken.size() == 1);
        for (int i = 0; i < 2; i++) {
            pending.add(client.request(server.address(), "POST", "/", Headers.none(), NO_BODY));
        }

        assertFails(
                client.request(server.address(), "POST", "/", Headers.none(), NO_BODY), Reason.TOO_MANY_WAITING, false);
        assertThat(pending).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void shouldOpenANewConnectionWhenThePeerClosedTheOldOne() throws Exception {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        HttpServer server = start((request, responder) -> {
            ports.add(request.remoteAddress().getPort());
            responder.respond(HttpResponse.empty(200));
        });
        HttpClient client = client(CLIENT.withIdleTimeout(Duration.ofMillis(50)));

        for (int i = 1; i <= 3; i++) {
            int connections = i;
            await().atMost(30, TimeUnit.SECONDS).until(() -> {
                client.request(server.address(), "GET", "/", Headers.of("Connection", "close"), NO_BODY)
                        .get(30, TimeUnit.SECONDS);
                return ports.size() >= connections;
            });
        }
    }

    @Test
    void shouldDropAnIdleConnection() throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            InetSocketAddress to = new InetSocketAddress(peer.getInetAddress(), peer.getLocalPort());
            CompletableFuture<HttpResponse> call = client(CLIENT.withIdleTimeout(Duration.ofMillis(50)))
                    .request(to, "GET", "/", Headers.none(), NO_BODY);
            try (Socket socket = peer.accept()) {
                socket.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(UTF_8));
                assertThat(call.get(30, TimeUnit.SECONDS).status()).isEqualTo(204);
                assertThat(socket.getInputStream().readAllBytes()).startsWith("GET / HTTP/1.1\r\n".getBytes(UTF_8));
            }
        }
    }

    @Test
    void shouldReceiveAStreamAsItComes() throws Exception {
        CompletableFuture<HttpStream> stream = new CompletableFuture<>();
        HttpServer server = start(
                (request, responder) -> stream.complete(responder.openStream(200, Headers.of("Mesos-Stream-Id", "s"))));
        Received received = new Received();

        client(CLIENT).stream(server.address(), "POST", "/s", Headers.none(), "x".getBytes(UTF_8), received)
                .get(30, TimeUnit.SECONDS);

        assertThat(received.status).isEqualTo(200);
        assertThat(received.headers.first("mesos-stream-id")).contains("s");
        for (int i = 0; i < 10; i++) {
            stream.get().send(("record " + i + "\n").getBytes(UTF_8));
            String expected = "record " + i + "\n";
            await().atMost(30, TimeUnit.SECONDS).until(() -> received.text().endsWith(expected));
        }
        stream.get().close();
        assertThat(received.closed.get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.PEER);
    }

    @Test
    void shouldEndAStreamFromHere() throws Exception {
        CompletableFuture<ClosedBy> serverSide = new CompletableFuture<>();
        HttpServer server = start((request, responder) ->
                responder.openStream(200, Headers.none()).onClosed(serverSide::complete));
        Received received = new Received();
        ClientStream stream = client(CLIENT).stream(server.address(), "POST", "/s", Headers.none(), NO_BODY, received)
                .get(30, TimeUnit.SECONDS);

        stream.close();

        assertThat(received.closed.get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.US);
        assertThat(serverSide.get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.PEER);
    }

    @Test
    void shouldGiveAPlainAnswerToAStreamCallToo() throws Exception {
        HttpServer server = start((request, responder) -> responder.respond(HttpResponse.text(503, "later")));
        Received received = new Received();

        client(CLIENT).stream(server.address(), "POST", "/s", Headers.none(), NO_BODY, received)
                .get(30, TimeUnit.SECONDS);

        assertThat(received.closed.get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.PEER);
        assertThat(received.status).isEqualTo(503);
        assertThat(received.text()).isEqualTo("later");
    }

    @Test
    void shouldNotReadAStreamThatIsPaused() throws Exception {
        CompletableFuture<HttpStream> stream = new CompletableFuture<>();
        HttpServer server = start((request, responder) -> stream.complete(responder.openStream(200, Headers.none())));
        Received received = new Received();
        ClientStream handle = client(CLIENT).stream(server.address(), "POST", "/s", Headers.none(), NO_BODY, received)
                .get(30, TimeUnit.SECONDS);

        handle.setReading(false);
        for (int i = 0; i < 80; i++) {
            assertThat(stream.get().send(new byte[100_000])).isTrue();
        }
        int whilePaused = received.size();
        handle.setReading(true);

        assertThat(whilePaused).isLessThan(8_000_000);
        await().atMost(30, TimeUnit.SECONDS).until(() -> received.size() == 8_000_000);
    }

    @Test
    void shouldFailWhatIsUnansweredWhenItIsClosed() throws Exception {
        List<HttpResponder> taken = new CopyOnWriteArrayList<>();
        HttpServer server = start((request, responder) -> taken.add(responder));
        HttpClient client = client(CLIENT);
        CompletableFuture<HttpResponse> sent = client.request(server.address(), "POST", "/", Headers.none(), NO_BODY);
        CompletableFuture<HttpResponse> waiting =
                client.request(server.address(), "POST", "/", Headers.none(), NO_BODY);
        CompletableFuture<ClientStream> stream =
                client.stream(server.address(), "POST", "/", Headers.none(), NO_BODY, new Received());
        await().atMost(30, TimeUnit.SECONDS).until(() -> taken.size() == 2);

        client.close();

        assertFails(sent, Reason.CLIENT_CLOSED, true);
        assertFails(waiting, Reason.CLIENT_CLOSED, false);
        assertFails(stream, Reason.CLIENT_CLOSED, true);
        assertFails(
                client.request(server.address(), "POST", "/", Headers.none(), NO_BODY), Reason.CLIENT_CLOSED, false);
    }

    @Test
    void shouldRefuseAPathThatCannotBeSent() throws Exception {
        HttpServer server = start((request, responder) -> responder.respond(HttpResponse.empty(200)));
        HttpClient client = client(CLIENT);

        for (String path : List.of("", "x", "/a b", "/a\r\nX: y", "/\u00e9")) {
            assertThatThrownBy(() -> client.request(server.address(), "GET", path, Headers.none(), NO_BODY))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Keeps what it is told. */
    private static final class Received implements StreamListener {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<ClosedBy> closed = new CompletableFuture<>();
        private volatile int status;
        private volatile Headers headers = Headers.none();

        @Override
        public void onResponse(int answered, Headers given) {
            status = answered;
            headers = given;
        }

        @Override
        public void onBytes(byte[] piece) {
            synchronized (bytes) {
                bytes.writeBytes(piece);
            }
        }

        @Override
        public void onClosed(ClosedBy by) {
            assertThat(closed.complete(by)).isTrue();
        }

        String text() {
            synchronized (bytes) {
                return bytes.toString(UTF_8);
            }
        }

        int size() {
            synchronized (bytes) {
                return bytes.size();
            }
        }
    }

    private static void assertFails(CompletableFuture<?> call, Reason reason, boolean sent) {
        assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(HttpCallException.class, failure -> {
                    assertThat(failure.reason()).isEqualTo(reason);
                    assertThat(failure.sent()).isEqualTo(sent);
                });
    }

    private HttpServer start(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.start(SERVER, handler);
        open.add(server);
        return server;
    }

    private HttpClient client(HttpClientConfig config) {
        HttpClient client = HttpClient.start(config);
        open.add(client);
        return client;
    }
}
