package dev.polder.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class NetworkLifecycleTest {

    private static final byte[] NO_BODY = new byte[0];
    private static final HttpServerConfig SERVER = HttpServerConfig.defaults("127.0.0.1", 0, "lifecycle-server");
    private static final HttpClientConfig CLIENT = HttpClientConfig.defaults("lifecycle-client");

    @Test
    void shouldLeaveNoThreadBehind() throws Exception {
        Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());

        for (int i = 0; i < 3; i++) {
            HttpServer server = HttpServer.start(SERVER.withThreads(2), NetworkLifecycleTest::openStream);
            HttpClient client = HttpClient.start(CLIENT.withThreads(2));
            client.request(server.address(), "HEAD", "/", Headers.none(), NO_BODY)
                    .get(30, TimeUnit.SECONDS);
            client.stream(server.address(), "POST", "/", Headers.none(), NO_BODY, new Ignoring())
                    .get(30, TimeUnit.SECONDS);
            CompletableFuture<HttpResponse> unanswered =
                    client.request(server.address(), "POST", "/", Headers.none(), NO_BODY);
            client.close();
            server.close();
            client.close();
            server.close();
            assertThat(unanswered).isCompletedExceptionally();
        }

        Set<Thread> after = ConcurrentHashMap.newKeySet();
        after.addAll(Thread.getAllStackTraces().keySet());
        after.removeAll(before);
        assertThat(after).extracting(Thread::getName).isEmpty();
    }

    @Test
    void shouldCloseFastWithOpenStreams() throws Exception {
        HttpServer server = HttpServer.start(SERVER, NetworkLifecycleTest::openStream);
        List<RawConnection> connections = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            RawConnection raw = new RawConnection(server.address());
            raw.send("POST / HTTP/1.1\r\n\r\n").readUntil("\r\n\r\n");
            connections.add(raw);
        }

        long start = System.nanoTime();
        server.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        for (RawConnection raw : connections) {
            assertThat(raw.isClosedByPeer()).isTrue();
            raw.close();
        }
    }

    @Test
    void shouldNameItsThreadsAndMakeThemDaemons() throws Exception {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        try (HttpServer server = HttpServer.start(SERVER.withThreads(2), (request, responder) -> {
            seen.add(Thread.currentThread());
            responder.respond(HttpResponse.empty(200));
        })) {
            for (int i = 0; i < 4; i++) {
                try (RawConnection raw = new RawConnection(server.address())) {
                    raw.send("GET / HTTP/1.1\r\n\r\n").readAnswer();
                }
            }
        }

        assertThat(seen)
                .extracting(Thread::getName)
                .containsExactlyInAnyOrder("lifecycle-server-0", "lifecycle-server-1");
        assertThat(seen).allMatch(Thread::isDaemon);
    }

    @Test
    void shouldShareThreadsBetweenServersAndClients() throws Exception {
        try (NetworkThreads threads = NetworkThreads.start("shared", 1)) {
            HttpServer first = HttpServer.start(SERVER, threads, (q, r) -> r.respond(HttpResponse.text(200, "1")));
            HttpServer second = HttpServer.start(SERVER, threads, (q, r) -> r.respond(HttpResponse.text(200, "2")));
            HttpClient client = HttpClient.start(CLIENT, threads);
            first.close();

            assertThat(client.request(second.address(), "GET", "/", Headers.none(), NO_BODY)
                            .get(30, TimeUnit.SECONDS)
                            .bodyText())
                    .isEqualTo("2");
            assertThatThrownBy(() -> client.request(first.address(), "GET", "/", Headers.none(), NO_BODY)
                            .get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(HttpCallException.class);
            client.close();
            second.close();
        }
    }

    @Test
    void shouldFailCallsOnThreadsThatHaveEnded() throws Exception {
        NetworkThreads threads = NetworkThreads.start("ended", 1);
        HttpServer server = HttpServer.start(SERVER, threads, NetworkLifecycleTest::openStream);
        HttpClient client = HttpClient.start(CLIENT, threads);
        threads.close();

        assertThatThrownBy(() -> client.request(server.address(), "GET", "/", Headers.none(), NO_BODY)
                        .get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(HttpCallException.class)
                .hasMessageContaining("the client is closed");
        client.close();
        server.close();
        threads.close();
    }

    @Test
    void shouldBeClosedFromItsOwnThread() throws Exception {
        CompletableFuture<HttpServer> itself = new CompletableFuture<>();
        CompletableFuture<String> closed = new CompletableFuture<>();
        HttpServer server = HttpServer.start(SERVER, (request, responder) -> {
            itself.getNow(null).close();
            closed.complete("closed");
        });
        itself.complete(server);
        try (RawConnection raw = new RawConnection(server.address())) {
            raw.send("GET / HTTP/1.1\r\n\r\n");

            assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo("closed");
            assertThat(raw.isClosedByPeer()).isTrue();
        }
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("lifecycle-server")));
    }

    @Test
    void shouldNameTheAddressThatCannotBeHad() throws Exception {
        try (HttpServer server = HttpServer.start(SERVER, NetworkLifecycleTest::openStream)) {
            int taken = server.address().getPort();

            assertThatThrownBy(() -> HttpServer.start(
                            HttpServerConfig.defaults("127.0.0.1", taken, "second"), NetworkLifecycleTest::openStream))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot listen on 127.0.0.1:" + taken + ": ");
        }
        assertThatThrownBy(() -> HttpServer.start(
                        HttpServerConfig.defaults("nowhere.invalid", 0, "second"), NetworkLifecycleTest::openStream))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on nowhere.invalid:0: the address is unknown");
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("second"));
    }

    @Test
    void shouldListenAgainOnThePortItJustLeft() throws Exception {
        int port;
        try (HttpServer server = HttpServer.start(SERVER, NetworkLifecycleTest::openStream);
                RawConnection raw = new RawConnection(server.address())) {
            port = server.address().getPort();
            raw.send("POST / HTTP/1.1\r\n\r\n").readUntil("\r\n\r\n");
        }

        try (HttpServer again = HttpServer.start(
                HttpServerConfig.defaults("127.0.0.1", port, "again"), NetworkLifecycleTest::openStream)) {
            assertThat(again.address().getPort()).isEqualTo(port);
        }
    }

    private static void openStream(HttpRequest request, HttpResponder responder) {
        responder.openStream(200, Headers.none());
    }

    /** Wants to know nothing. */
    private static final class Ignoring implements StreamListener {

        @Override
        public void onResponse(int status, Headers headers) {}

        @Override
        public void onBytes(byte[] bytes) {}

        @Override
        public void onClosed(ClosedBy by) {}
    }
}
