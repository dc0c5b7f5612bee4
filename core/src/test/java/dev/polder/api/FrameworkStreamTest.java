package dev.polder.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.http.HttpServerConfig;
import dev.polder.master.Command;
import dev.polder.master.FrameworkLink;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class FrameworkStreamTest {
    private static final byte[] SUBSCRIBE =
            "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"u\",\"name\":\"n\"}}}"
                    .getBytes(UTF_8);
    private static final List<String> PROTOBUF =
            List.of("Content-Type: application/json", "Accept: application/x-protobuf");

    private final ApiServer server;

    FrameworkStreamTest() throws IOException {
        server = new ApiServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldSendEachRecordAsOneChunkInJson() throws IOException {
        try (RawConnection connection = subscribe(server, ApiServer.JSON)) {
            assertThat(connection.head().status()).isEqualTo(200);

            String subscribed = "{\"type\":\"SUBSCRIBED\",\"subscribed\":{\"framework_id\":{\"value\":\""
                    + FakeMaster.FRAMEWORK_ID + "\"},\"heartbeat_interval_seconds\":15.0}}";
            String record = subscribed.length() + "\n" + subscribed;
            assertBytes(connection, Integer.toHexString(record.length()) + "\r\n" + record + "\r\n");
            assertBytes(connection, "17\r\n20\n{\"type\":\"HEARTBEAT\"}\r\n");
        }
    }

    @Test
    void shouldSendEachRecordAsOneChunkInProtobuf() throws IOException {
        try (RawConnection connection = subscribe(server, PROTOBUF)) {
            assertThat(connection.head().status()).isEqualTo(200);
            connection.chunk();

            assertBytes(connection, "4\r\n2\n\u0008\u0008\r\n");
        }
    }

    @Test
    void shouldNameTheStreamInItsHead() throws IOException {
        try (RawConnection connection = subscribe(server, ApiServer.JSON)) {
            RawConnection.Head head = connection.head();

            assertThat(head.header("Mesos-Stream-Id")).isEqualTo(link().streamId());
            assertThat(head.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(head.header("Content-Type")).isEqualTo("application/json");
        }
    }

    @Test
    void shouldBeatEvery15Seconds() throws IOException {
        try (RawConnection connection = subscribe(server, ApiServer.JSON)) {
            connection.head();
            assertTypes(connection, "SUBSCRIBED", "HEARTBEAT");

            server.timers.advance(14_999);
            link().send(Event.newBuilder().setType(Event.Type.UPDATE).build());
            server.timers.advance(1);
            server.timers.advance(15_000);
            link().send(Event.newBuilder().setType(Event.Type.OFFERS).build());

            assertTypes(connection, "UPDATE", "HEARTBEAT", "HEARTBEAT", "OFFERS");
        }
    }

    @Test
    void shouldEndTheStreamAfterAnError() throws IOException {
        server.master.onCommand = command -> {
            if (command instanceof Command.Subscribe subscribe) {
                subscribe.link().send(FakeMaster.error("'roles' is not valid"));
                subscribe.link().send(FakeMaster.subscribed()); // too late
            }
        };

        try (RawConnection connection = subscribe(server, ApiServer.JSON)) {
            assertThat(connection.head().status()).isEqualTo(200);
            String error = "{\"type\":\"ERROR\",\"error\":{\"message\":\"'roles' is not valid\"}}";
            String record = error.length() + "\n" + error;
            assertBytes(connection, Integer.toHexString(record.length()) + "\r\n" + record + "\r\n0\r\n\r\n");
            assertClosed(false);
        }
    }

    @Test
    void shouldTellTheMasterThatTheClientIsGone() throws IOException {
        try (RawConnection connection = subscribe(server, ApiServer.JSON)) {
            connection.head();
            connection.chunk();
        }

        assertClosed(true);
        server.timers.advance(60_000); // no heartbeat into nothing
        assertThat(server.metrics.snapshot()).containsEntry("polder/api/scheduler_streams", 0.0);
    }

    @Test
    void shouldTellTheMasterThatAClientWithoutAnAnswerIsGone() throws IOException {
        server.master.onCommand = command -> {};
        RawConnection connection = subscribe(server, ApiServer.JSON);
        await().until(() -> !server.master.commands(Command.Subscribe.class).isEmpty());
        connection.close();

        assertClosed(true);
        link().send(FakeMaster.subscribed()); // dropped
        link().close();
        assertThat(server.master.commands(Command.FrameworkClosed.class)).hasSize(1);
    }

    @Test
    void shouldNotBlameTheClientWhenTheMasterCloses() throws IOException {
        try (RawConnection connection = subscribe(server, ApiServer.JSON)) {
            connection.head();
            assertTypes(connection, "SUBSCRIBED", "HEARTBEAT");

            link().close();

            assertThat(connection.chunk()).isEmpty();
            assertClosed(false);
        }
    }

    @Test
    void shouldSayThatTheOutcomeIsUnknownWhenTheMasterNeverAnswers() throws IOException {
        server.master.onCommand = command -> {
            if (command instanceof Command.Subscribe subscribe) {
                subscribe.link().close();
            }
        };

        RawConnection.Answer answer = server.ask("POST /api/v1/scheduler", ApiServer.JSON, SUBSCRIBE);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.head().header("Retry-After")).isEqualTo("1");
        assertThat(answer.text()).contains("unknown");
        assertClosed(false);
    }

    @Test
    void shouldCutAReaderThatIsTooSlow() throws IOException {
        HttpServerConfig small =
                HttpServerConfig.defaults("127.0.0.1", 0, "slow-http").withOutboxBytesMax(256 << 10);
        try (ApiServer slow = new ApiServer(small);
                RawConnection connection = subscribe(slow, ApiServer.JSON)) {
            connection.head();
            FrameworkLink link =
                    slow.master.commands(Command.Subscribe.class).get(0).link();

            Event large = FakeMaster.error("x".repeat(100_000)).toBuilder()
                    .setType(Event.Type.MESSAGE)
                    .build();
            for (int i = 0;
                    i < 1_000
                            && slow.master
                                    .commands(Command.FrameworkClosed.class)
                                    .isEmpty();
                    i++) {
                link.send(large);
            }

            await().untilAsserted(() -> assertThat(slow.master.commands(Command.FrameworkClosed.class))
                    .singleElement()
                    .satisfies(closed -> assertThat(closed.byClient()).isFalse()));
            assertThat(slow.metrics.snapshot()).containsEntry("polder/api/slow_peers_cut", 1.0);
        }
    }

    @Test
    void shouldNotNameTheClientWhenTheServerCloses() throws IOException {
        try (RawConnection connection = subscribe(server, ApiServer.JSON)) {
            connection.head();

            server.close();

            assertClosed(false);
        }
    }

    private static RawConnection subscribe(ApiServer server, List<String> headers) throws IOException {
        RawConnection connection = server.connect();
        connection.request("POST /api/v1/scheduler", headers, SUBSCRIBE);
        return connection;
    }

    private FrameworkLink link() {
        return server.master.commands(Command.Subscribe.class).get(0).link();
    }

    private void assertClosed(boolean byClient) {
        await().untilAsserted(() -> assertThat(server.master.commands(Command.FrameworkClosed.class))
                .singleElement()
                .satisfies(closed -> {
                    assertThat(closed.link()).isSameAs(link());
                    assertThat(closed.byClient()).isEqualTo(byClient);
                }));
    }

    private static void assertBytes(RawConnection connection, String expected) throws IOException {
        assertThat(new String(connection.bytes(expected.length()), ISO_8859_1)).isEqualTo(expected);
    }

    private static void assertTypes(RawConnection connection, String... types) throws IOException {
        for (String type : types) {
            assertThat(connection.record()).startsWith("{\"type\":\"" + type + "\"");
        }
    }
}
