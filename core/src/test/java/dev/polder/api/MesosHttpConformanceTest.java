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
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** The id of the framework that comes again and again, as the transcript has it. */
    private static final String KEPT = "<UUID1>-0063";

    private static final String UUID_AND_NUMBER = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\\d{4}";
    private static final String NUMBERED = "<the master's uuid and a number>";

    /** The transcript tells it of one stream; texts of errors are our own. */
    private static final Map<String, String> END_OF_OLD_STREAM = Map.of("events", "ERROR, closed");

    private static ClusterNode node;

    @BeforeAll
    static void start() {
        node = ClusterNode.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private record Subscription(String frameworkId, String streamId) {}

    @Test
    void shouldAnswerMalformedRequestsAsMesosDoes() throws IOException {
        Differences differences = Differences.of("01");

        for (Exchange exchange : MesosTranscript.exchanges("mesos-01-scheduler-http-errors.txt")) {
            try (RawConnection connection = new RawConnection(node.masterAddress())) {
                differences.head(
                        exchange.name() + bodyOf(exchange),
                        expected(exchange),
                        send(connection, exchange, exchange.requestHeaders(), exchange.requestBody()));
            }
            if (exchange.name().equals("no Accept header")) {
                compareSubscribed(differences, exchange);
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
            Subscription subscribed = subscribe(stream, call);
            for (Exchange exchange : MesosTranscript.exchanges("mesos-02-scheduler-call-errors.txt")) {
                try (RawConnection connection = new RawConnection(node.masterAddress())) {
                    List<String> headers = exchange.requestHeaders().stream()
                            .map(header -> fill(header, exchange.name(), subscribed))
                            .toList();
                    differences.head(
                            exchange.name(),
                            expected(exchange),
                            send(connection, exchange, headers, fill(exchange.requestBody(), "", subscribed)));
                }
            }
            assertThat(updatesOf(stream)).containsExactly("UPDATE TASK_LOST REASON_RECONCILIATION", "closed");
        }

        differences.check();
    }

    private static String fill(String text, String name, Subscription subscribed) {
        String streamId =
                name.endsWith("upper case") ? subscribed.streamId().toUpperCase(Locale.ROOT) : subscribed.streamId();
        return text.replaceAll("<UUID1>-00\\d\\d", subscribed.frameworkId())
                .replace("<UUID2>", streamId)
                .replace("B4F92152-E163-4BF8-A77B-84E986FAE1FF", streamId)
                .replace("<UUID3>", UUID.randomUUID().toString());
    }

    /** Reads a stream to its end; returns the updates on it, and how it ended. */
    private static List<String> updatesOf(RawConnection stream) throws IOException {
        List<String> events = new ArrayList<>();
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
        RawConnection kept = null;
        String name = "";
        String request = "";
        try {
            for (String line : MesosTranscript.lines("mesos-03-subscribe-validation.txt")) {
                if (line.startsWith("=== resubscription")) {
                    kept = new RawConnection(node.masterAddress());
                    open.add(kept);
                    keptId = subscribe(
                                    kept,
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
                            .replace(KEPT, keptId);
                } else if (line.startsWith("< ")) {
                    RawConnection connection = new RawConnection(node.masterAddress());
                    open.add(connection);
                    Map<String, String> outcome = outcome(connection, request, keptId);
                    differences.head(name, expectedOutcome(line.substring(2), keptId), outcome);
                    if (kept != null && "SUBSCRIBED, HEARTBEAT".equals(outcome.get("events"))) {
                        differences.fields(name + ": the old stream", END_OF_OLD_STREAM, endOf(kept));
                        kept = connection;
                    }
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

    /** What the transcript says of a SUBSCRIBE: the answer, what comes first on the stream, and as whom it subscribed. */
    private static Map<String, String> expectedOutcome(String line, String keptId) {
        if (line.startsWith("400 ")) {
            String type = line.substring("400 Bad Request ".length(), line.indexOf(": "));
            return MesosTranscript.head(400, Map.of("content-type", type));
        }
        Map<String, String> outcome =
                MesosTranscript.head(200, Map.of("content-type", "application/json", "transfer-encoding", "chunked"));
        if (line.startsWith("ERROR event")) {
            outcome.put("events", "ERROR, closed");
        } else {
            String id = line.substring("OK, SUBSCRIBED as ".length());
            outcome.put("events", "SUBSCRIBED, HEARTBEAT");
            outcome.put("as", id.startsWith("<UUID1>") && keptId.isEmpty() ? NUMBERED : id.replace(KEPT, keptId));
        }
        return outcome;
    }

    private static Map<String, String> outcome(RawConnection connection, String call, String keptId)
            throws IOException {
        connection.request(
                "POST /api/v1/scheduler",
                List.of("Content-Type: application/json", "Accept: application/json"),
                call.getBytes(UTF_8));
        RawConnection.Head head = connection.head();
        Map<String, String> outcome = MesosTranscript.head(head.status(), head.headers());
        if (head.status() == 200) {
            Map<String, String> first = JsonShape.values(connection.record().getBytes(UTF_8));
            byte[] next = connection.chunk();
            outcome.put(
                    "events",
                    field(first, "type") + ", " + (next.length == 0 ? "closed" : typeOf(next, "application/json")));
            String id = first.get("subscribed.framework_id.value");
            if (id != null) {
                outcome.put("as", keptId.isEmpty() && id.matches(UUID_AND_NUMBER) ? NUMBERED : id);
            }
        }
        return outcome;
    }

    /** Reads the stream that another one took the place of: its types, but for heartbeats and offers, to the end. */
    private static Map<String, String> endOf(RawConnection stream) throws IOException {
        List<String> events = new ArrayList<>();
        byte[] chunk = stream.chunk();
        while (chunk.length > 0) {
            String type = typeOf(chunk, "application/json");
            if (!type.equals("HEARTBEAT") && !type.equals("OFFERS") && !type.equals("RESCIND")) {
                events.add(type);
            }
            chunk = stream.chunk();
        }
        events.add("closed");
        return Map.of("events", String.join(", ", events));
    }

    private static Subscription subscribe(RawConnection connection, String call) throws IOException {
        connection.request(
                "POST /api/v1/scheduler",
                List.of("Content-Type: application/json", "Accept: application/json"),
                call.getBytes(UTF_8));
        RawConnection.Head head = connection.head();
        String id = field(JsonShape.values(connection.record().getBytes(UTF_8)), "subscribed.framework_id.value");
        return new Subscription(id, head.header("Mesos-Stream-Id"));
    }

    private static Map<String, String> send(
            RawConnection connection, Exchange exchange, List<String> headers, String body) throws IOException {
        connection.request(exchange.methodAndPath(), headers, exchange.bodyBytes(body));
        RawConnection.Head head;
        try {
            head = connection.head();
        } catch (EOFException | SocketException e) {
            return MesosTranscript.head(0, Map.of());
        }
        Map<String, String> seen = MesosTranscript.head(head.status(), head.headers());
        if (head.header("transfer-encoding").equals("chunked")) {
            seen.put("events", eventsOf(connection, head.header("content-type")));
        }
        return seen;
    }

    private static Map<String, String> expected(Exchange exchange) {
        Map<String, String> expected = MesosTranscript.head(exchange.status(), exchange.headers());
        if ("chunked".equals(exchange.headers().get("transfer-encoding"))) {
            expected.put("events", eventsOf(exchange));
        }
        return expected;
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

    /** The transcript shows one SUBSCRIBED event whole. */
    private static void compareSubscribed(Differences differences, Exchange exchange) throws IOException {
        byte[] mesos = exchange.lines().get(1).getBytes(UTF_8);
        try (RawConnection connection = new RawConnection(node.masterAddress())) {
            connection.request(
                    "POST /api/v1/scheduler", exchange.requestHeaders(), exchange.bodyBytes(exchange.requestBody()));
            connection.head();
            byte[] polder = connection.record().getBytes(UTF_8);

            assertThat(V1Protocol.load().problemsOfEvent(JsonShape.types(polder)))
                    .isEmpty();
            differences.fields(exchange.name() + ": SUBSCRIBED", JsonShape.types(mesos), JsonShape.types(polder));
            differences.fields(
                    exchange.name() + ": capabilities of the master", capabilities(mesos), capabilities(polder));
        }
    }

    private static Map<String, String> capabilities(byte[] subscribed) {
        Map<String, String> capabilities = new TreeMap<>();
        String json = new String(subscribed, UTF_8);
        Matcher type = Pattern.compile("\\{\"type\":\"([A-Z0-9_]+)\"}").matcher(json);
        while (type.find()) {
            capabilities.put(type.group(1), "there");
        }
        return capabilities;
    }
}
