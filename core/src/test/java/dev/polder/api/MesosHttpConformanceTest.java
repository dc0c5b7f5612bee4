package dev.polder.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.ClusterNode;
import dev.polder.api.MesosTranscript.Exchange;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sends what was sent to a real Mesos master, and compares what comes back. */
@Tag("slow")
final class MesosHttpConformanceTest {
    private static final String SUBSCRIBE =
            "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"root\"," + "\"name\":\"n\"";
    private static final String MULTI_ROLE = "\"capabilities\":[{\"type\":\"MULTI_ROLE\"}]";

    private static ClusterNode node;

    @BeforeAll
    static void start() {
        node = ClusterNode.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** An answer in the terms in which answers are compared. */
    private record Seen(String summary, String frameworkId, String streamId) {}

    @Test
    void shouldAnswerMalformedRequestsAsMesosDoes() throws IOException {
        Differences differences = Differences.of("01");

        for (Exchange exchange : MesosTranscript.exchanges("mesos-01-scheduler-http-errors.txt")) {
            try (RawConnection connection = new RawConnection(node.masterAddress())) {
                Seen seen = send(connection, exchange, exchange.requestHeaders(), exchange.requestBody());
                differences.note(exchange.name() + bodyOf(exchange), expected(exchange), seen.summary());
            }
        }

        differences.check();
    }

    private static String bodyOf(Exchange exchange) {
        return exchange.name().startsWith("body") ? " " + exchange.requestBody() : "";
    }

    @Test
    void shouldAnswerCallsAsMesosDoes() throws IOException {
        Differences differences = Differences.of("02");
        String call =
                "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"root\",\"name\":\"fw\",\"roles\":"
                        + "[\"r1\"]," + MULTI_ROLE + "}}}";

        try (RawConnection stream = new RawConnection(node.masterAddress())) {
            Seen subscribed = subscribe(stream, call);
            for (Exchange exchange : MesosTranscript.exchanges("mesos-02-scheduler-call-errors.txt")) {
                try (RawConnection connection = new RawConnection(node.masterAddress())) {
                    List<String> headers = exchange.requestHeaders().stream()
                            .map(header -> fill(header, exchange.name(), subscribed))
                            .toList();
                    Seen seen = send(connection, exchange, headers, fill(exchange.requestBody(), "", subscribed));
                    differences.note(exchange.name(), expected(exchange), seen.summary());
                }
            }
            assertThat(eventsOf(stream))
                    .containsExactly("OFFERS|HEARTBEAT|", "UPDATE TASK_LOST REASON_RECONCILIATION", "closed");
        }

        differences.check();
    }

    private static String fill(String text, String name, Seen subscribed) {
        String streamId =
                name.endsWith("upper case") ? subscribed.streamId().toUpperCase(Locale.ROOT) : subscribed.streamId();
        return text.replaceAll("<UUID1>-00\\d\\d", subscribed.frameworkId())
                .replace("<UUID2>", streamId)
                .replace("B4F92152-E163-4BF8-A77B-84E986FAE1FF", streamId)
                .replace("<UUID3>", UUID.randomUUID().toString());
    }

    /** Reads a stream to its end; returns the updates on it, and how it ended. */
    private static List<String> eventsOf(RawConnection stream) throws IOException {
        List<String> events = new ArrayList<>(List.of("OFFERS|HEARTBEAT|"));
        while (true) {
            String chunk = new String(stream.chunk(), UTF_8);
            if (chunk.isEmpty()) {
                events.add("closed");
                return events;
            }
            String record = chunk.substring(chunk.indexOf('\n') + 1);
            Map<String, String> values = JsonShape.values(record.getBytes(UTF_8));
            if ("UPDATE".equals(values.get("type"))) {
                events.add("UPDATE " + values.get("update.status.state") + " " + values.get("update.status.reason"));
            }
        }
    }

    @Test
    void shouldTakeAndRefuseSubscriptionsAsMesosDoes() throws IOException {
        Differences differences = Differences.of("03");
        List<RawConnection> open = new ArrayList<>();
        String keptId = "";
        String name = "";
        String request = "";
        try {
            for (String line : MesosTranscript.lines("mesos-03-subscribe-validation.txt")) {
                if (line.startsWith("=== resubscription")) {
                    RawConnection first = new RawConnection(node.masterAddress());
                    open.add(first);
                    keptId = subscribe(
                                    first,
                                    "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"root\",\"name\":"
                                            + "\"keep\",\"failover_timeout\":1000,\"roles\":[\"a\"]," + MULTI_ROLE
                                            + "}}}")
                            .frameworkId();
                } else if (line.startsWith("== ")) {
                    name = line.substring(3);
                } else if (line.startsWith("> ")) {
                    request = line.substring(2)
                            .replace("[SUB", SUBSCRIBE)
                            .replace("[MR]", MULTI_ROLE)
                            .replace("<UUID1>-0063", keptId);
                } else if (line.startsWith("< ")) {
                    RawConnection connection = new RawConnection(node.masterAddress());
                    open.add(connection);
                    differences.note(name, expectedOutcome(line.substring(2)), outcome(connection, request));
                }
                if (name.equals("MULTI_ROLE dropped")) {
                    // what follows met a framework that was removed already
                    break;
                }
            }
        } finally {
            for (RawConnection connection : open) {
                connection.close();
            }
        }

        differences.check();
    }

    private static String expectedOutcome(String line) {
        return line.startsWith("OK") ? "SUBSCRIBED" : line.startsWith("ERROR") ? "ERROR" : "400";
    }

    private static String outcome(RawConnection connection, String call) throws IOException {
        connection.request(
                "POST /api/v1/scheduler",
                List.of("Content-Type: application/json", "Accept: application/json"),
                call.getBytes(UTF_8));
        RawConnection.Head head = connection.head();
        if (head.status() != 200) {
            return Integer.toString(head.status());
        }
        return field(JsonShape.values(connection.record().getBytes(UTF_8)), "type");
    }

    private static Seen subscribe(RawConnection connection, String call) throws IOException {
        connection.request(
                "POST /api/v1/scheduler",
                List.of("Content-Type: application/json", "Accept: application/json"),
                call.getBytes(UTF_8));
        RawConnection.Head head = connection.head();
        String id = field(JsonShape.values(connection.record().getBytes(UTF_8)), "subscribed.framework_id.value");
        return new Seen("", id, head.header("Mesos-Stream-Id"));
    }

    private static Seen send(RawConnection connection, Exchange exchange, List<String> headers, String body)
            throws IOException {
        connection.request(exchange.methodAndPath(), headers, exchange.bodyBytes(body));
        RawConnection.Head head;
        try {
            head = connection.head();
        } catch (EOFException | SocketException e) {
            return new Seen("closed without an answer", "", "");
        }
        StringBuilder summary = new StringBuilder().append(head.status());
        for (String name : List.of("allow", "content-type", "transfer-encoding")) {
            if (!head.header(name).isEmpty()) {
                summary.append(' ').append(name).append('=').append(head.header(name));
            }
        }
        if (head.header("transfer-encoding").equals("chunked")) {
            summary.append(' ').append(eventsOf(connection, head.header("content-type")));
        }
        return new Seen(summary.toString(), "", head.header("Mesos-Stream-Id"));
    }

    private static String expected(Exchange exchange) {
        if (exchange.status() == 0) {
            return "closed without an answer";
        }
        StringBuilder summary = new StringBuilder().append(exchange.status());
        for (String name : List.of("allow", "content-type", "transfer-encoding")) {
            if (exchange.headers().containsKey(name)) {
                summary.append(' ')
                        .append(name)
                        .append('=')
                        .append(exchange.headers().get(name));
            }
        }
        if ("chunked".equals(exchange.headers().get("transfer-encoding"))) {
            summary.append(' ').append(eventsOf(exchange));
        }
        return summary.toString();
    }

    private static String eventsOf(Exchange exchange) {
        String all = String.join("", exchange.lines());
        return all.contains("\"ERROR\"") ? "ERROR, closed" : "SUBSCRIBED, HEARTBEAT";
    }

    /** Reads the first two records, or one and the end. */
    private static String eventsOf(RawConnection connection, String contentType) throws IOException {
        String first = typeOf(connection.chunk(), contentType);
        byte[] next = connection.chunk();
        return first + ", " + (next.length == 0 ? "closed" : typeOf(next, contentType));
    }

    private static String typeOf(byte[] chunk, String contentType) throws IOException {
        int begin = new String(chunk, ISO_8859_1).indexOf('\n') + 1;
        byte[] record = Arrays.copyOfRange(chunk, begin, chunk.length);
        assertThat(new String(chunk, 0, begin - 1, ISO_8859_1)).isEqualTo(Integer.toString(record.length));
        return contentType.equals("application/x-protobuf")
                ? Event.parseFrom(record).getType().name()
                : field(JsonShape.values(record), "type");
    }

    private static String field(Map<String, String> values, String name) {
        return requireNonNull(values.get(name), () -> name + " in " + values);
    }

    @Test
    void shouldShowTheSameFieldsInSubscribed() throws IOException {
        Exchange exchange = MesosTranscript.exchanges("mesos-01-scheduler-http-errors.txt").stream()
                .filter(one -> one.name().equals("no Accept header"))
                .findFirst()
                .orElseThrow();
        byte[] recorded = exchange.lines().get(1).getBytes(UTF_8);

        try (RawConnection connection = new RawConnection(node.masterAddress())) {
            connection.request(
                    "POST /api/v1/scheduler", exchange.requestHeaders(), exchange.bodyBytes(exchange.requestBody()));
            connection.head();

            assertThat(JsonShape.types(connection.record().getBytes(UTF_8))).isEqualTo(JsonShape.types(recorded));
        }
    }
}
