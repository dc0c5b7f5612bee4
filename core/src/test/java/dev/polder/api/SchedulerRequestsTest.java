package dev.polder.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.polder.master.Command;
import dev.polder.wire.DecodeException;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchedulerRequestsTest {
    private static final String SUBSCRIBE =
            "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"root\",\"name\":\"x\","
                    + "\"roles\":[\"r1\"],\"capabilities\":[{\"type\":\"MULTI_ROLE\"}]}}}";

    @SuppressWarnings("NullAway.Init") // set before all tests
    private ApiServer server;

    private record Line(String answer, String request, List<String> headers, ByteString body) {
        static Line parse(String line) {
            String[] columns = line.split("\\|", 4);
            String request = columns[1].trim();
            List<String> headers = new ArrayList<>();
            for (String header : columns[2].trim().split(" & ", -1)) {
                if (header.equals("J")) {
                    headers.addAll(ApiServer.JSON);
                } else {
                    headers.add(header);
                }
            }
            String body =
                    columns[3].trim().replace("$S", SUBSCRIBE).replace("$F", "\"framework_id\":{\"value\":\"f\"}");
            return new Line(
                    columns[0].trim(),
                    request.equals("POST") ? "POST /api/v1/scheduler" : request,
                    headers,
                    body.startsWith("HEX ")
                            ? ByteString.copyFrom(HexFormat.of().parseHex(body.substring(4)))
                            : ByteString.copyFromUtf8(body));
        }
    }

    @BeforeAll
    void start() throws IOException {
        server = new ApiServer();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        server.master.commands.clear();
        server.master.onCommand = FakeMaster::agree;
    }

    static Stream<String> lines() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(SchedulerRequestsTest.class.getResourceAsStream("scheduler-requests.txt"))) {
            return new String(file.readAllBytes(), UTF_8)
                    .lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void shouldAnswerAsTheTableSays(String text) throws IOException {
        Line line = Line.parse(text);
        try (RawConnection connection = server.connect()) {
            connection.request(line.request(), line.headers(), line.body().toByteArray());

            switch (line.answer()) {
                case "200 json", "200 protobuf" ->
                    assertStream(connection, line.answer().substring(4));
                case "master" -> assertAskedMaster(connection);
                default -> assertRefused(connection, Integer.parseInt(line.answer()), line.request());
            }
        }
    }

    private void assertStream(RawConnection connection, String encoding) throws IOException {
        RawConnection.Head head = connection.head();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type"))
                .isEqualTo(encoding.equals("json") ? "application/json" : "application/x-protobuf");
        assertThat(head.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(UUID.fromString(head.header("Mesos-Stream-Id")).version()).isEqualTo(4);
        assertThat(List.of(eventType(connection, encoding), eventType(connection, encoding)))
                .containsExactly("SUBSCRIBED", "HEARTBEAT");
        assertThat(server.master.commands(Command.Subscribe.class)).hasSize(1);
    }

    private static String eventType(RawConnection connection, String encoding) throws IOException {
        if (encoding.equals("json")) {
            String record = connection.record();
            assertThat(record).startsWith("{\"type\":\"").doesNotContain("\n");
            return record.substring(9, record.indexOf('"', 9));
        }
        byte[] chunk = connection.chunk();
        int lineFeed = new String(chunk, ISO_8859_1).indexOf('\n');
        byte[] record = Arrays.copyOfRange(chunk, lineFeed + 1, chunk.length);
        try {
            return new ProtobufCodec()
                    .decode(record, Event.getDefaultInstance())
                    .getType()
                    .name();
        } catch (DecodeException e) {
            throw new IOException(e);
        }
    }

    private void assertAskedMaster(RawConnection connection) throws IOException {
        RawConnection.Head head = connection.head();
        assertThat(head.status()).isIn(200, 202);
        if (head.status() == 202) {
            assertThat(head.header("Content-Length")).isEqualTo("0");
            assertThat(server.master.commands(Command.FrameworkCall.class)).hasSize(1);
        } else {
            assertThat(server.master.commands(Command.Subscribe.class)).hasSize(1);
        }
    }

    private void assertRefused(RawConnection connection, int status, String request) throws IOException {
        RawConnection.Head head = connection.head();
        assertThat(head.status()).isEqualTo(status);
        if (status == 405) {
            assertThat(head.header("Allow")).isEqualTo("POST");
        }
        assertThat(head.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        if (!request.startsWith("HEAD")) {
            int length = Integer.parseInt(head.header("Content-Length"));
            assertThat(new String(connection.bytes(length), UTF_8)).isNotBlank();
        }
        assertThat(server.master.commands(Command.Subscribe.class)).isEmpty();
        assertThat(server.master.commands(Command.FrameworkCall.class)).isEmpty();
    }
}
