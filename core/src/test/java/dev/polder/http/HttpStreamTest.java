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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class HttpStreamTest {

    private static final HttpServerConfig CONFIG = HttpServerConfig.defaults("127.0.0.1", 0, "http-test");
    private static final Headers STREAM_HEADERS =
            Headers.of("Mesos-Stream-Id", "s1").with("Content-Type", "application/json");
    private static final String POST = "POST /s HTTP/1.1\r\n\r\n";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<HttpStream> streams = new LinkedBlockingQueue<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void shouldSendEachRecordAsExactlyOneChunkHoweverTheyAreBatched() throws Exception {
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            HttpStream stream = responder.openStream(200, STREAM_HEADERS);
            stream.send("20\n{\"type\":\"HEARTBEAT\"}".getBytes(UTF_8));
            stream.send("a".getBytes(UTF_8));
            stream.send("b\n\r\n".getBytes(UTF_8));
            stream.close();
        }));

        raw.send(POST);

        assertThat(raw.readUntil("0\r\n\r\n"))
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\n<DATE>Transfer-Encoding: chunked\r\nMesos-Stream-Id: s1\r\nContent-Type: "
                                + "application/json\r\n\r\n17\r\n20\n{\"type\":\"HEARTBEAT\"}\r\n1\r\na\r\n4\r\nb\n\r\n\r\n0\r\n\r\n");
    }

    @Test
    void shouldSendRecordsOfAnyThreadInTheOrderOfTheCalls() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::openStream));
        raw.send(POST).readUntil("\r\n\r\n");
        HttpStream stream = streams.take();
        CountDownLatch done = new CountDownLatch(2);

        for (String name : List.of("x", "y")) {
            new Thread(() -> {
                        for (int i = 1000; i < 3000; i++) {
                            stream.send((name + i).getBytes(UTF_8));
                        }
                        done.countDown();
                    })
                    .start();
        }

        int x = 1000;
        int y = 1000;
        for (int i = 0; i < 4000; i++) {
            String chunk = raw.readBytes("5\r\nx1000\r\n".length());
            assertThat(chunk).isEqualTo("5\r\n" + (chunk.charAt(3) == 'x' ? "x" + x++ : "y" + y++) + "\r\n");
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        await().atMost(30, TimeUnit.SECONDS).until(() -> stream.outboxBytes() == 0);
    }

    @Test
    void shouldServeTheNextRequestAfterTheEndOfAStream() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::openStream));
        raw.send(POST + POST).readUntil("\r\n\r\n");
        HttpStream first = streams.take();
        CompletableFuture<ClosedBy> end = ended(first);
        first.send("a".getBytes(UTF_8));
        assertThat(raw.readUntil("a\r\n")).isEqualTo("1\r\na\r\n");
        assertThat(streams).isEmpty();

        first.close();

        assertThat(raw.readUntil("\r\n\r\n")).isEqualTo("0\r\n\r\n");
        assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.US);
        assertThat(first.send("b".getBytes(UTF_8))).isFalse();
        assertThat(raw.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
        assertThat(ended(first).getNow(null)).isEqualTo(ClosedBy.US);
    }

    @Test
    void shouldSendWhatWaitsBehindAStreamThatHasEndedBeforeItsTurn() throws Exception {
        List<HttpResponder> taken = new CopyOnWriteArrayList<>();
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            taken.add(responder);
            if (request.path().equals("/s")) {
                HttpStream stream = responder.openStream(200, Headers.none());
                stream.send("a".getBytes(UTF_8));
                stream.close();
            } else if (!request.path().equals("/first")) {
                responder.respond(HttpResponse.text(200, request.path()));
            }
        }));
        raw.send("POST /first HTTP/1.1\r\n\r\nPOST /s HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n");
        await().atMost(30, TimeUnit.SECONDS).until(() -> !taken.isEmpty());

        taken.get(0).respond(HttpResponse.text(200, "first"));

        assertThat(raw.readAnswer()).endsWith("first");
        assertThat(raw.readUntil("0\r\n\r\n")).endsWith("1\r\na\r\n0\r\n\r\n");
        assertThat(raw.readAnswer()).endsWith("/b");
        assertThat(raw.readAnswer()).endsWith("/c");
    }

    @Test
    void shouldHoldAStreamBackUntilItsTurn() throws Exception {
        CompletableFuture<HttpResponder> first = new CompletableFuture<>();
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            if (!first.complete(responder)) {
                HttpStream stream = responder.openStream(200, Headers.none());
                stream.send("records".getBytes(UTF_8));
                streams.add(stream);
            }
        }));

        raw.send(POST + POST);
        HttpStream stream = streams.poll(30, TimeUnit.SECONDS);
        assertThat(stream.outboxBytes()).isPositive();
        first.get().respond(HttpResponse.text(200, "first"));

        assertThat(raw.readAnswer()).endsWith("first");
        assertThat(raw.readUntil("records\r\n")).endsWith("7\r\nrecords\r\n");
    }

    @Test
    void shouldCutASlowReaderOff() throws Exception {
        HttpServer server = start(CONFIG.withOutboxBytesMax(1_000_000), this::openStream);
        RawConnection raw = new RawConnection(server.address(), 4096);
        open.add(raw);
        raw.send(POST).readUntil("\r\n\r\n");
        HttpStream stream = streams.take();
        CompletableFuture<ClosedBy> end = ended(stream);

        byte[] record = new byte[10_000];
        int sent = 0;
        while (stream.send(record) && sent < 10_000) {
            sent++;
        }

        assertThat(sent).isBetween(90, 2_000); // the outbox, and what the kernel's buffers took
        assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.OUTBOX_FULL);
        assertThat(stream.send(record)).isFalse();
        assertThat(stream.outboxBytes()).isLessThan(1_100_000);
        assertThat(server.slowReadersCut()).isEqualTo(1);
        raw.readAll(); // ends
    }

    @Test
    void shouldCountTinyRecordsToo() throws Exception {
        CompletableFuture<HttpResponder> first = new CompletableFuture<>();
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        RawConnection raw = connect(start(CONFIG.withOutboxBytesMax(100_000), (request, responder) -> {
            if (!first.complete(responder)) {
                HttpStream stream = responder.openStream(200, Headers.none());
                int sent = 0;
                while (stream.send(new byte[] {'x'})) {
                    sent++;
                }
                taken.complete(sent);
            }
        }));

        raw.send(POST + POST);

        assertThat(taken.get(30, TimeUnit.SECONDS)).isBetween(1_000, 2_000);
        assertThat(raw.isClosedByPeer()).isTrue();
    }

    @Test
    void shouldTellWhenThePeerCloses() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::openStream));
        raw.send(POST).readUntil("\r\n\r\n");
        HttpStream stream = streams.take();

        raw.close();

        assertThat(ended(stream).get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.PEER);
        assertThat(stream.send("x".getBytes(UTF_8))).isFalse();
    }

    @Test
    void shouldTakeAResetForThePeersClosing() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::openStream));
        raw.send(POST).readUntil("\r\n\r\n");
        HttpStream stream = streams.take();

        raw.reset();

        assertThat(ended(stream).get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.PEER);
    }

    @Test
    void shouldTellWhenTheServerCloses() throws Exception {
        HttpServer server = start(CONFIG, this::openStream);
        RawConnection raw = connect(server);
        raw.send(POST).readUntil("\r\n\r\n");
        HttpStream stream = streams.take();

        server.close();

        assertThat(ended(stream).get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.US);
        assertThat(raw.isClosedByPeer()).isTrue();
        assertThat(stream.send("x".getBytes(UTF_8))).isFalse();
    }

    @Test
    void shouldEndAStreamThatIsOpenedWhenTheServerIsGone() throws Exception {
        CompletableFuture<HttpResponder> taken = new CompletableFuture<>();
        HttpServer server = start(CONFIG, (request, responder) -> taken.complete(responder));
        connect(server).send(POST);
        HttpResponder responder = taken.get(30, TimeUnit.SECONDS);
        server.close();

        HttpStream stream = responder.openStream(200, Headers.none());

        assertThat(ended(stream).get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.US);
        assertThat(stream.send("x".getBytes(UTF_8))).isFalse();
    }

    @Test
    void shouldEndAnOldClientsStreamWithItsConnection() throws Exception {
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            HttpStream stream = responder.openStream(200, Headers.none());
            stream.send("ab".getBytes(UTF_8));
            stream.close();
        }));

        assertThat(raw.send("GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").readAll())
                .isEqualTo("HTTP/1.1 200 OK\r\n<DATE>\r\nab");
    }

    @Test
    void shouldGiveOnlyTheHeadOfAStreamIfThatWasAskedFor() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::openStream));

        raw.send("HEAD /s HTTP/1.1\r\n\r\nHEAD /s HTTP/1.1\r\n\r\n");

        for (int i = 0; i < 2; i++) {
            assertThat(raw.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 OK\r\n<DATE>");
            assertThat(ended(streams.take()).get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.US);
        }
    }

    @Test
    void shouldRefuseAnEmptyRecord() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::openStream));
        raw.send(POST).readUntil("\r\n\r\n");
        HttpStream stream = streams.take();

        assertThatThrownBy(() -> stream.send(new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("record: 0 bytes, a chunk has at least 1");
    }

    private void openStream(HttpRequest request, HttpResponder responder) {
        streams.add(responder.openStream(200, STREAM_HEADERS));
    }

    private static CompletableFuture<ClosedBy> ended(HttpStream stream) {
        CompletableFuture<ClosedBy> end = new CompletableFuture<>();
        stream.onClosed(end::complete);
        return end;
    }

    private HttpServer start(HttpServerConfig config, HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.start(config, handler);
        open.add(server);
        return server;
    }

    private RawConnection connect(HttpServer server) throws IOException {
        RawConnection raw = new RawConnection(server.address());
        open.add(raw);
        return raw;
    }
}
