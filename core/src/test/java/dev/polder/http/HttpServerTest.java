package dev.polder.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class HttpServerTest {

    private static final HttpServerConfig CONFIG = HttpServerConfig.defaults("127.0.0.1", 0, "http-test");
    private static final String OK_EMPTY = "HTTP/1.1 200 OK\r\n<DATE>Content-Length: 0\r\n\r\n";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<HttpRequest> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /health HTTP/1.1\r\n\r\n",
                "GET /health HTTP/3.9\r\n\r\n",
                "GET //health HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET http://x/health HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET http://x//health?a=b#f HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /health#x HTTP/1.1\r\nHost: x\r\n\r\n",
                "\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n",
            })
    void shouldServeThePathAndKeepTheConnection(String request) throws Exception {
        RawConnection raw = connect(start(CONFIG, this::emptyOk));

        assertThat(raw.send(request).readAnswer()).isEqualTo(OK_EMPTY);
        assertThat(raw.send(request).readAnswer()).isEqualTo(OK_EMPTY);
        assertThat(seen).extracting(HttpRequest::path).containsOnly("/health");
    }

    @Test
    void shouldAnswerWithTheBodyTheHandlerGave() throws Exception {
        RawConnection raw = connect(start(
                CONFIG,
                (request, responder) -> responder.respond(
                        HttpResponse.text(404, "404 Not Found.").with("X", "y"))));

        assertThat(raw.send("GET /x HTTP/1.1\r\n\r\n").readAnswer())
                .isEqualTo("HTTP/1.1 404 Not Found\r\n<DATE>Content-Type: text/plain; charset=utf-8\r\nX: y\r\n"
                        + "Content-Length: 14\r\n\r\n404 Not Found.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /health HTTP/1.0\r\n\r\n",
                "GET /health HTTP/1.1\r\nconnection: CLOSE\r\n\r\nGET /ignored HTTP/1.1\r\n\r\n",
            })
    void shouldCloseWhenTheClientWantsIt(String request) throws Exception {
        RawConnection raw = connect(start(CONFIG, this::emptyOk));

        assertThat(raw.send(request).readAll())
                .isEqualTo("HTTP/1.1 200 OK\r\n<DATE>Content-Length: 0\r\nConnection: close\r\n\r\n");
        assertThat(seen).hasSize(1);
    }

    @Test
    void shouldKeepAnOldClientsConnectionIfItAsks() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::emptyOk));

        for (int i = 0; i < 2; i++) {
            assertThat(raw.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                            .readAnswer())
                    .isEqualTo("HTTP/1.1 200 OK\r\n<DATE>Content-Length: 0\r\nConnection: keep-alive\r\n\r\n");
        }
    }

    @Test
    void shouldAnswerHeadLikeGetWithoutTheBody() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::echo));

        raw.send("HEAD /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");

        assertThat(raw.readUntil("\r\n\r\n")).contains("Content-Length: 7");
        assertThat(raw.readAnswer()).startsWith("HTTP/1.1 200 OK").endsWith("GET /b ");
    }

    @Test
    void shouldGiveQueryParametersDecoded() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::emptyOk));

        raw.send("GET /files/%41?path=%2Fa+b%C3%A9&jsonp&x=1;x=2&=v HTTP/1.1\r\n\r\n")
                .readAnswer();

        HttpRequest request = seen.get(0);
        assertThat(request.path()).isEqualTo("/files/%41");
        assertThat(request.query("path")).contains("/a b\u00e9");
        assertThat(request.query("jsonp")).contains("");
        assertThat(request.queryAll("x")).containsExactly("1", "2");
        assertThat(request.query("x")).contains("2");
        assertThat(request.query("none")).isEmpty();
        assertThat(request.queryText()).startsWith("path=%2F");
    }

    @Test
    void shouldGiveHeadersWhateverTheirCase() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::emptyOk));

        raw.send("GET / HTTP/1.1\r\nACCEPT: a\r\naccept: b\r\nmesos-stream-id: \r\n\r\n")
                .readAnswer();

        Headers headers = seen.get(0).headers();
        assertThat(headers.all("Accept")).containsExactly("a", "b");
        assertThat(headers.first("Mesos-Stream-Id")).contains("");
        assertThat(headers.contains("x")).isFalse();
        assertThat(seen.get(0).remoteAddress().getPort()).isEqualTo(raw.localPort());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /version?jsonp=%zz HTTP/1.1\\r\\n\\r\\n | 400 Bad Request | query 'jsonp=%zz': ",
                "FOO /health HTTP/1.1\\r\\n\\r\\n | 501 Not Implemented | method 'FOO' is not known",
                "FOO /health HTTP/1.1\\r\\nContent-Length: 3\\r\\n\\r\\nabc | 501 Not Implemented | method 'FOO' is not known",
                "GET health HTTP/1.1\\r\\n\\r\\n | 400 Bad Request | request target 'health' does not begin with a slash",
                "POST / HTTP/1.1\\r\\nContent-Encoding: br\\r\\nContent-Length: 1\\r\\n\\r\\na | 415 Unsupported Media Type |"
                        + " Content-Encoding 'br' is not known",
                "POST / HTTP/1.1\\r\\nContent-Encoding: gzip\\r\\nContent-Length: 2\\r\\n\\r\\n{} | 400 Bad Request |"
                        + " Content-Encoding is gzip, but the body of 2 bytes is none",
            })
    void shouldRefuseWithWordsAndGoOn(String request, String status, String text) throws Exception {
        RawConnection raw = connect(start(CONFIG, this::emptyOk));

        String answer = raw.send(unescape(request)).readAnswer();

        assertThat(answer).startsWith("HTTP/1.1 " + status + "\r\n").contains("\r\n\r\n" + text);
        assertThat(seen).isEmpty();
        assertThat(raw.send("GET /health HTTP/1.1\r\n\r\n").readAnswer()).isEqualTo(OK_EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hello\\r\\n\\r\\n | 400 Bad Request | malformed HTTP",
                "GET / HTTP/1.1\\r\\nContent-Length: x\\r\\n\\r\\n | 400 Bad Request | malformed HTTP",
                "POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n | 400 Bad Request | malformed HTTP",
                "GET / HTTP/1.1\\r\\nNo Colon\\r\\n\\r\\n | 400 Bad Request | malformed HTTP",
                "POST / HTTP/1.1\\r\\nExpect: gold\\r\\nContent-Length: 1\\r\\n\\r\\na | 417 Expectation Failed | Expect: 'gold'",
                "POST / HTTP/1.1\\r\\nContent-Length: 8388609\\r\\n\\r\\n | 413 Request Entity Too Large | request body too"
                        + " large: 8388609 > bodyBytesMax=8388608",
            })
    void shouldRefuseWithWordsAndClose(String request, String status, String text) throws Exception {
        RawConnection raw = connect(start(CONFIG, this::emptyOk));

        String answer = raw.send(unescape(request)).readAll();

        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + "\r\n")
                .contains("Connection: close\r\n")
                .contains("\r\n\r\n" + text);
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldTakeLongHeadersUpToALimit() throws Exception {
        HttpServer server = start(CONFIG, this::emptyOk);

        assertThat(connect(server)
                        .send("GET / HTTP/1.1\r\nX: " + "a".repeat(9000) + "\r\n\r\n")
                        .readAnswer())
                .isEqualTo(OK_EMPTY);
        assertThat(connect(server)
                        .send("GET / HTTP/1.1\r\nX: " + "a".repeat(90_000) + "\r\n\r\n")
                        .readAll())
                .startsWith("HTTP/1.1 431 ");
        assertThat(connect(server)
                        .send("GET /" + "a".repeat(90_000) + " HTTP/1.1\r\n\r\n")
                        .readAll())
                .startsWith("HTTP/1.1 414 ");
    }

    @Test
    void shouldTakeBodiesWhateverTheirFraming() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::echo));

        raw.send("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
        assertThat(raw.readAnswer()).endsWith("POST /a abcde");
        raw.send("POST /b HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc");
        raw.send("def");
        assertThat(raw.readAnswer()).endsWith("POST /b abcdef");
        raw.send("POST /c HTTP/1.1\r\n\r\n");
        assertThat(raw.readAnswer()).endsWith("POST /c ");
    }

    @Test
    void shouldEncourageABodyThatIsAnnounced() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::echo));

        raw.send("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        assertThat(raw.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

        assertThat(raw.send("abc").readAnswer()).endsWith("POST /a abc");
    }

    @Test
    void shouldDecompressABody() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::echo));
        byte[] packed = gzip("hello ".repeat(1000).getBytes(UTF_8));

        raw.send("POST /a HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: " + packed.length + "\r\n\r\n")
                .send(packed);

        assertThat(raw.readAnswer()).endsWith("POST /a " + "hello ".repeat(1000));
    }

    @Test
    void shouldRefuseABodyThatIsTooLargeWhenDecompressed() throws Exception {
        RawConnection raw = connect(start(CONFIG.withBodyBytesMax(100_000), this::echo));
        byte[] bomb = gzip(new byte[50_000_000]);

        raw.send("POST /a HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: " + bomb.length + "\r\n\r\n")
                .send(bomb);

        assertThat(raw.readAnswer())
                .startsWith("HTTP/1.1 413 ")
                .endsWith("request body too large: more than bodyBytesMax=100000 bytes when decompressed");
    }

    @Test
    void shouldRefuseABodyThatGrowsTooLargeAndStillGetTheWordsAcross() throws Exception {
        RawConnection raw = connect(start(CONFIG.withBodyBytesMax(100_000), this::echo));

        raw.send("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 20; i++) {
            raw.send("2710\r\n" + "a".repeat(10_000) + "\r\n");
        }

        assertThat(raw.readAll())
                .startsWith("HTTP/1.1 413 ")
                .contains("request body too large: ")
                .endsWith(" > bodyBytesMax=100000");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldAnswerPipelinedRequestsInTheirOrder() throws Exception {
        List<HttpResponder> later = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> allThere = new CompletableFuture<>();
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            later.add(responder);
            if (later.size() == 3) {
                allThere.complete(null);
            }
        }));

        raw.send("POST /0 HTTP/1.1\r\n\r\nPOST /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\n\r\n");
        allThere.get(30, TimeUnit.SECONDS); // calls overlap
        for (int i = 2; i >= 0; i--) {
            later.get(i).respond(HttpResponse.text(200, "answer " + i));
        }

        for (int i = 0; i < 3; i++) {
            assertThat(raw.readAnswer()).endsWith("answer " + i);
        }
    }

    @Test
    void shouldLetAReadWaitUntilAllBeforeItIsAnswered() throws Exception {
        List<HttpResponder> posts = new CopyOnWriteArrayList<>();
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            seen.add(request);
            if (request.method().equals("POST")) {
                posts.add(responder);
            } else {
                responder.respond(HttpResponse.text(200, "posts before: " + posts.size()));
            }
        }));

        raw.send("POST /0 HTTP/1.1\r\n\r\nGET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
        waitUntilSeen(1);
        posts.get(0).respond(HttpResponse.text(200, "first"));
        assertThat(raw.readAnswer()).endsWith("first");
        assertThat(raw.readAnswer()).endsWith("posts before: 1");
        waitUntilSeen(3);
        posts.get(1).respond(HttpResponse.text(200, "second"));

        assertThat(raw.readAnswer()).endsWith("second");
        assertThat(raw.readAnswer()).endsWith("posts before: 2");
    }

    @Test
    void shouldAnswerThousandsOfPipelinedRequests() throws Exception {
        RawConnection raw = connect(start(CONFIG, this::echo));
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            requests.append(i % 3 == 0 ? "GET" : "POST").append(" /").append(i).append(" HTTP/1.1\r\n\r\n");
        }
        Thread sender = new Thread(() -> {
            try {
                raw.send(requests.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        sender.start();

        for (int i = 0; i < 5_000; i++) {
            assertThat(raw.readAnswer()).endsWith(" /" + i + " ");
        }
        sender.join();
    }

    @Test
    void shouldAnswerWhatAThrowingHandlerLeaves() throws Exception {
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            throw new IllegalStateException("planted");
        }));

        assertThat(raw.send("GET / HTTP/1.1\r\n\r\n").readAnswer())
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("planted");
        assertThat(raw.send("GET / HTTP/1.1\r\n\r\n").readAnswer()).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void shouldRefuseASecondAnswer() throws Exception {
        CompletableFuture<HttpResponder> taken = new CompletableFuture<>();
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            responder.respond(HttpResponse.empty(202));
            taken.complete(responder);
        }));
        raw.send("POST /x HTTP/1.1\r\n\r\n").readAnswer();
        HttpResponder responder = taken.get(30, TimeUnit.SECONDS);

        assertThatThrownBy(() -> responder.respond(HttpResponse.empty(202)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the request POST /x is answered already: each is answered once");
        assertThatThrownBy(() -> responder.openStream(200, Headers.none())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldTellWhenTheClientGoesBeforeItsAnswer() throws Exception {
        CompletableFuture<ClosedBy> gone = new CompletableFuture<>();
        CompletableFuture<HttpResponder> taken = new CompletableFuture<>();
        RawConnection raw = connect(start(CONFIG, (request, responder) -> {
            request.onClosed(gone::complete);
            taken.complete(responder);
        }));

        raw.send("POST / HTTP/1.1\r\n\r\n");
        HttpResponder responder = taken.get(30, TimeUnit.SECONDS);
        raw.close();

        assertThat(gone.get(30, TimeUnit.SECONDS)).isEqualTo(ClosedBy.PEER);
        responder.respond(HttpResponse.empty(200)); // goes nowhere, silently
    }

    @Test
    void shouldAnswerARequestThatComesTooSlowly() throws Exception {
        HttpServer server = start(CONFIG.withRequestTimeout(Duration.ofMillis(100)), this::emptyOk);

        assertThat(connect(server).send("GET / HTTP/1.1\r\nX: ").readAll()).startsWith("HTTP/1.1 408 ");
        assertThat(connect(server)
                        .send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
                        .readAll())
                .startsWith("HTTP/1.1 408 ")
                .endsWith("request not complete after requestTimeout=PT0.1S");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldCloseAnIdleConnectionButNoneThatWaitsForItsAnswer() throws Exception {
        CompletableFuture<HttpResponder> taken = new CompletableFuture<>();
        HttpServer server =
                start(CONFIG.withIdleTimeout(Duration.ofSeconds(1)), (request, responder) -> taken.complete(responder));
        RawConnection waiting = connect(server).send("POST / HTTP/1.1\r\n\r\n");
        HttpResponder responder = taken.get(30, TimeUnit.SECONDS);

        assertThat(connect(server).isClosedByPeer()).isTrue(); // idle for longer than the other waits now
        responder.respond(HttpResponse.empty(202));

        assertThat(waiting.readAnswer()).startsWith("HTTP/1.1 202 ");
        assertThat(waiting.isClosedByPeer()).isTrue();
    }

    @Test
    void shouldCloseUnderAReaderThatTakesNothingOfItsAnswer() throws Exception {
        HttpServer server = start(
                CONFIG.withIdleTimeout(Duration.ofSeconds(1)),
                (request, responder) -> responder.respond(HttpResponse.json(200, new byte[50_000_000])));
        RawConnection raw = new RawConnection(server.address(), 4096);
        open.add(raw);

        raw.send("GET / HTTP/1.1\r\n\r\n");
        raw.readUntil("\r\n\r\n");
        await().atMost(30, TimeUnit.SECONDS).until(() -> server.connections() == 0);

        assertThat(raw.readAll().length()).isLessThan(50_000_000);
    }

    @Test
    void shouldNotProduceTheNextAnswerForAReaderThatTakesNothing() throws Exception {
        HttpServer server = start(CONFIG, (request, responder) -> {
            seen.add(request);
            responder.respond(HttpResponse.json(200, new byte[50_000_000]));
        });
        RawConnection raw = new RawConnection(server.address(), 4096);
        open.add(raw);

        raw.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nPOST /3 HTTP/1.1\r\n\r\n");
        String head = raw.readUntil("\r\n\r\n");
        connect(server).send("GET /other HTTP/1.1\r\n\r\n").readUntil("\r\n\r\n"); // the same thread, later

        assertThat(seen).extracting(HttpRequest::path).containsExactly("/1", "/other");
        raw.readBytes(50_000_000);
        assertThat(raw.readUntil("\r\n\r\n")).isEqualTo(head);
        raw.readBytes(50_000_000);
        assertThat(raw.readUntil("\r\n\r\n")).isEqualTo(head);
    }

    @Test
    void shouldHoldNoMoreAnswersForSlowReadersThanItMay() throws Exception {
        HttpServer server = start(
                CONFIG.withAnswerBytesMax(20_000_000),
                (request, responder) -> responder.respond(
                        HttpResponse.json(200, new byte[request.path().equals("/large") ? 15_000_000 : 10])));
        RawConnection slow = new RawConnection(server.address(), 4096);
        open.add(slow);
        slow.send("GET /large HTTP/1.1\r\n\r\n").readUntil("\r\n\r\n");
        RawConnection next = connect(server);

        assertThat(next.send("GET /large HTTP/1.1\r\n\r\n").readAnswer())
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                .contains("Retry-After: 1\r\n")
                .endsWith("answer of 15000000 bytes: 15000000 bytes wait for slow readers, answerBytesMax=20000000");
        assertThat(next.send("GET /small HTTP/1.1\r\n\r\n").readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(server.answersRefused()).isEqualTo(1);
        slow.close();

        await().atMost(30, TimeUnit.SECONDS)
                .until(() ->
                        next.send("GET /large HTTP/1.1\r\n\r\n").readAnswer().startsWith("HTTP/1.1 200"));
    }

    @Test
    void shouldGiveSmallAnswersHoweverMuchWaits() throws Exception {
        HttpServer server = start(
                CONFIG.withAnswerBytesMax(20_000_000),
                (request, responder) -> responder.respond(
                        request.path().equals("/large")
                                ? HttpResponse.json(200, new byte[30_000_000])
                                : HttpResponse.empty(202)));
        RawConnection slow = new RawConnection(server.address(), 4096);
        open.add(slow);
        slow.send("GET /large HTTP/1.1\r\n\r\n").readUntil("\r\n\r\n");
        RawConnection next = connect(server);

        assertThat(next.send("POST /call HTTP/1.1\r\n\r\n").readAnswer()).startsWith("HTTP/1.1 202 ");
        assertThat(next.send("HEAD /large HTTP/1.1\r\n\r\n").readUntil("\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(server.answersRefused()).isZero();
    }

    @Test
    void shouldGiveAnAnswerThatIsLargerThanAllThatMayWaitIfNothingElseWaits() throws Exception {
        RawConnection raw = connect(start(
                CONFIG.withAnswerBytesMax(1_000),
                (request, responder) -> responder.respond(HttpResponse.json(200, new byte[100_000]))));

        for (int i = 0; i < 3; i++) {
            assertThat(raw.send("GET / HTTP/1.1\r\n\r\n").readAnswer()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void shouldSendConnectionsAwayThatAreTooMany() throws Exception {
        HttpServer server = start(CONFIG.withConnectionsMax(2), this::emptyOk);
        RawConnection first = connect(server);
        RawConnection second = connect(server);
        first.send("GET / HTTP/1.1\r\n\r\n").readAnswer();
        second.send("GET / HTTP/1.1\r\n\r\n").readAnswer();

        assertThat(connect(server).readAll())
                .startsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n")
                .endsWith("too many connections: connectionsMax=2");
        assertThat(server.connectionsRefused()).isEqualTo(1);
        first.close();

        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            try (RawConnection next = new RawConnection(server.address())) {
                return next.send("GET / HTTP/1.1\r\n\r\n").readAnswer().startsWith("HTTP/1.1 200");
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void shouldSurviveNoise() throws Exception {
        HttpServer server = start(CONFIG, this::echo);
        Random random = new Random(1);
        byte[] request =
                "POST /a?b=c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".getBytes(UTF_8);

        for (int i = 0; i < 300; i++) {
            byte[] noise = request.clone();
            for (int flips = random.nextInt(6); flips >= 0; flips--) {
                noise[random.nextInt(noise.length)] = (byte) random.nextInt(256);
            }
            try (RawConnection raw = new RawConnection(server.address())) {
                raw.send(noise);
                raw.endOutput();
                raw.readAll();
            } catch (SocketException e) {
                // the server may close while we still send
            }
        }

        assertThat(connect(server).send("GET /b HTTP/1.1\r\n\r\n").readAnswer()).endsWith("GET /b ");
    }

    private void emptyOk(HttpRequest request, HttpResponder responder) {
        seen.add(request);
        responder.respond(HttpResponse.empty(200));
    }

    private void echo(HttpRequest request, HttpResponder responder) {
        seen.add(request);
        String text = request.method() + " " + request.path() + " " + new String(request.body(), UTF_8);
        responder.respond(HttpResponse.text(200, text));
    }

    private void waitUntilSeen(int count) {
        await().atMost(30, TimeUnit.SECONDS).until(() -> seen.size() >= count);
        assertThat(seen).hasSize(count);
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

    private static String unescape(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n");
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }
}
