package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.ClusterNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs the tasks that a real Mesos ran, and compares what is told of each. */
@Tag("slow")
final class MesosTaskConformanceTest {
    private static final Pattern UPDATE = Pattern.compile("\\+\\S+ +UPDATE (.*?) ?(TASK_[A-Z_]+),(.*)");
    private static final Pattern ACCEPT = Pattern.compile("\\+\\S+ > ACCEPT (\\S+) LAUNCH (.*) => 202");
    private static final Pattern CALL = Pattern.compile("\\+\\S+ > (\\{.*}) => 202");
    private static final Pattern OFFER_ID = Pattern.compile("\\b(O\\d+)\\b");
    /** Whether the kill or the start comes first is open on a real node; CommandTaskTest plays both orders. */
    private static final String RACE = "KILL right after ACCEPT, before it runs";

    /** Here the driver did not acknowledge the end of the task whose id it used again. */
    private static final String UNACKNOWLEDGED = "duplicate id of a running task in a later accept";

    /** What is told of the time and of this run. */
    private static final List<String> RUN = List.of("timestamp", "uuid", "container_id.value", "executor_pid");

    /** Every stream begins so. */
    private static final Map<String, String> OPENING = Map.of("events", "SUBSCRIBED, HEARTBEAT, OFFERS");

    private static final String CLOSED = "(stream closed by master)";

    private static ClusterNode node;
    private static V1Protocol protocol;
    /** Fields of the one OFFERS event that the transcripts show whole; elsewhere they sum offers up. */
    private static Map<String, String> wholeOffers;

    @BeforeAll
    static void start() throws IOException {
        protocol = V1Protocol.load();
        wholeOffers = MesosTranscript.lines("mesos-05-task-lifecycle.txt").stream()
                .filter(line -> line.contains("{\"type\":\"OFFERS\""))
                .findFirst()
                .map(line -> typesOf(expanded(line.substring(line.indexOf('{')))))
                .orElseThrow();
        node = ClusterNode.start(config -> config.resources("cpus:4;mem:1024;disk:2048;ports:[31000-31999]")
                .attributes("rack:r1;zone:7"));
        node.awaitReady(Duration.ofSeconds(30));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void shouldTellTheLifeOfTasksAsMesosDoes() throws IOException {
        replay("05", "mesos-05-task-lifecycle.txt");
    }

    @Test
    void shouldRefuseTasksAsMesosDoes() throws IOException {
        replay("07", "mesos-07-task-validation.txt");
    }

    private static void replay(String transcript, String resource) throws IOException {
        Differences differences = Differences.of(transcript);
        List<String> script = new ArrayList<>();
        for (String line : MesosTranscript.lines(resource)) {
            if (line.startsWith("=== ")) {
                play(differences, script);
                script.clear();
            }
            script.add(line);
        }
        play(differences, script);
        differences.check();
    }

    private static void play(Differences differences, List<String> script) throws IOException {
        String name = script.get(0).replaceFirst("^=== ", "");
        if (name.equals(script.get(0)) || name.equals(RACE)) {
            return;
        }
        List<Update> expected = new ArrayList<>();
        List<Update> actual = new ArrayList<>();
        try (Scheduler scheduler = new Scheduler(differences, name, script)) {
            for (String line : script) {
                Matcher update = UPDATE.matcher(line);
                Matcher accept = ACCEPT.matcher(line);
                Matcher call = CALL.matcher(line);
                if (update.matches()) {
                    expected.add(Update.of(
                            expanded("{\"type\":\"UPDATE\",\"update\":{\"status\":{\"task_id\":{\"value\":\""
                                    + update.group(1) + "\"},\"state\":\"" + update.group(2) + "\"," + update.group(3)
                                    + "}}}"),
                            "A0"));
                    scheduler.readUpdate(actual);
                } else if (accept.matches()) {
                    scheduler.accept(accept.group(1), accept.group(2));
                } else if (call.matches()) {
                    scheduler.call(call.group(1));
                }
            }
            scheduler.tearDown();
            if (String.join("", script).contains(CLOSED)) {
                differences.fields(name + ": after TEARDOWN", Map.of("events", "closed"), scheduler.untilClosed());
            }
        }
        differences.fields(name + ": order", orderOf(expected), orderOf(actual));
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            Update mesos = expected.get(i);
            String which = name + ": " + mesos.summary();
            differences.fields(which, mesos.types(), actual.get(i).types());
            differences.fields(which, mesos.values(), actual.get(i).values());
        }
    }

    private static Map<String, String> orderOf(List<Update> updates) {
        return Map.of(
                "updates",
                String.join(", ", updates.stream().map(Update::summary).toList()));
    }

    /**
     * A status update: the names of its fields with their types, and with those values that do not depend on the run.
     *
     * @param summary task and state
     */
    private record Update(String summary, Map<String, String> types, Map<String, String> values) {
        static Update of(String event, String agentId) {
            Map<String, String> types = status(typesOf(event));
            Map<String, String> values = status(valuesOf(event));
            String state = field(values, "state");
            values.keySet().removeIf(name -> RUN.stream().anyMatch(name::endsWith));
            values.computeIfPresent("agent_id.value", (any, id) -> id.equals(agentId) ? "A0" : id);
            values.computeIfPresent("message", (any, message) -> wordsOf(state, message));
            return new Update(field(values, "task_id.value") + " " + state, types, values);
        }

        private static Map<String, String> status(Map<String, String> event) {
            Map<String, String> status = new TreeMap<>();
            event.forEach((path, text) -> status.put(path.replaceFirst("^update\\.status\\.", ""), text));
            return status;
        }

        /** Texts of errors are our own; of the others, what a run makes up is left out. */
        private static String wordsOf(String state, String message) {
            return state.equals("TASK_ERROR")
                    ? "(words)"
                    : message.replaceAll("([Oo]ffer) \\S+ (is|in)", "$1 O $2")
                            .replaceAll("'[^']*/runs/[^']*'", "'SANDBOX'")
                            .replaceAll("[0-9a-f]{8}-[-0-9a-f]{27}", "UUID")
                            .replaceAll("<UUID\\d+>", "UUID");
        }
    }

    /** Writes out what the transcript abbreviates; see the README beside the transcripts. */
    private static String expanded(String text) {
        String container = "\"container_status\":{\"container_id\":{\"value\":\"<UUID>\"},\"network_infos\":"
                + "[{\"ip_addresses\":[{\"protocol\":\"IPv4\",\"ip_address\":\"127.0.0.1\"}]}]";
        return text.replace("[A0]", "\"agent_id\":{\"value\":\"A0\"}")
                .replaceAll("\\[F\\d+]", "\"framework_id\":{\"value\":\"F\"}")
                .replace("[T]", "\"timestamp\":1.5")
                .replace("[U]", "\"uuid\":\"AA==\"")
                .replace("[CS]", container + ",\"executor_pid\":1}")
                .replace("[CS-nopid]", container + "}")
                .replace("<WORKDIR>", "/w");
    }

    private static Map<String, String> typesOf(String json) {
        try {
            return JsonShape.types(json.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    private static Map<String, String> valuesOf(String json) {
        try {
            return JsonShape.values(json.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    private static String field(Map<String, String> values, String name) {
        return requireNonNull(values.get(name), () -> name + " in " + values);
    }

    /** One framework on raw sockets. */
    private static final class Scheduler implements AutoCloseable {
        private final Differences differences;
        private final String name;
        private final RawConnection stream;
        private final String frameworkId;
        private final String streamId;
        /** Our offers by the names that they have in the transcript. */
        private final Map<String, String> offers = new LinkedHashMap<>();

        private String offerId = "";
        private String agentId = "";
        private final boolean traps;
        private @Nullable String pid;
        private boolean tornDown;

        Scheduler(Differences differences, String name, List<String> script) throws IOException {
            this.differences = differences;
            this.name = name;
            traps = String.join("", script).contains("trap ");
            stream = new RawConnection(node.masterAddress());
            String capabilities = "{\"type\":\"MULTI_ROLE\"}";
            if (name.contains("PARTITION_AWARE")) {
                capabilities += ",{\"type\":\"PARTITION_AWARE\"}";
            }
            if (String.join("", script).contains("TASK_KILLING")) {
                capabilities += ",{\"type\":\"TASK_KILLING_STATE\"}";
            }
            String user = name.equals("framework user unknown") ? "nosuchuser" : "root";
            stream.request(
                    "POST /api/v1/scheduler",
                    List.of("Content-Type: application/json", "Accept: application/json"),
                    ("{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"" + user
                                    + "\",\"name\":\"fw\",\"roles\":[\"r1\"],\"capabilities\":[" + capabilities
                                    + "]}}}")
                            .getBytes(UTF_8));
            RawConnection.Head head = stream.head();
            assertThat(head.status()).isEqualTo(200);
            streamId = head.header("Mesos-Stream-Id");
            String subscribed = next();
            frameworkId = field(valuesOf(subscribed), "subscribed.framework_id.value");
            String second = typeOf(next());
            String third = next();
            take(third);
            differences.fields(
                    name + ": opening",
                    OPENING,
                    Map.of("events", typeOf(subscribed) + ", " + second + ", " + typeOf(third)));
        }

        private String next() throws IOException {
            return checked(stream.record());
        }

        /** Every event is one of the protocol's. */
        private String checked(String event) {
            assertThat(protocol.problemsOfEvent(typesOf(event)))
                    .as("%s: %s", name, event)
                    .isEmpty();
            return event;
        }

        private static String typeOf(String event) {
            return field(valuesOf(event), "type");
        }

        private void waitForOffer() throws IOException {
            while (offerId.isEmpty()) {
                take(next());
            }
        }

        private void take(String json) {
            Map<String, String> event = valuesOf(json);
            if ("OFFERS".equals(event.get("type"))) {
                Map<String, String> types = typesOf(json);
                Map<String, String> expected = new TreeMap<>(wholeOffers);
                if (types.keySet().stream().noneMatch(path -> path.contains(".ranges."))) {
                    // resources that came free without the ports are an offer of their own, in Mesos too
                    expected.keySet().removeIf(path -> path.contains(".ranges."));
                }
                differences.fields(name + ": OFFERS", expected, types);
                offerId = field(event, "offers.offers[].id.value");
                agentId = field(event, "offers.offers[].agent_id.value");
            }
        }

        private String ours(String offer) throws IOException {
            if (!offers.containsKey(offer)) {
                waitForOffer();
                offers.put(offer, offerId);
                offerId = "";
            }
            return field(offers, offer);
        }

        void accept(String offerName, String tasks) throws IOException {
            String offer = ours(offerName);
            send("{" + framework() + ",\"type\":\"ACCEPT\",\"accept\":{\"offer_ids\":[{\"value\":\"" + offer
                    + "\"}],\"operations\":[{\"type\":\"LAUNCH\",\"launch\":{\"task_infos\":[" + expand(tasks)
                    + "]}}],\"filters\":{\"refuse_seconds\":0}}}");
        }

        void call(String json) throws IOException {
            waitForAgent();
            waitForTraps();
            tornDown |= json.contains("TEARDOWN");
            Matcher offer = OFFER_ID.matcher(json);
            String named = offer.find() ? json.replace(offer.group(1), ours(offer.group(1))) : json;
            send(expand(named.replaceFirst("\\[F\\d+]\"?", Matcher.quoteReplacement(framework()))));
        }

        /** A shell that is to catch a signal has set its trap when it has its first child. */
        private void waitForTraps() {
            if (traps && pid != null) {
                Path children = Path.of("/proc", pid, "task", pid, "children");
                Awaitility.await().until(() -> !Files.readString(children).isBlank());
            }
        }

        private void waitForAgent() throws IOException {
            if (agentId.isEmpty()) {
                waitForOffer();
            }
        }

        private String framework() {
            return "\"framework_id\":{\"value\":\"" + frameworkId + "\"}";
        }

        private String expand(String text) {
            String scalar =
                    "{\"name\":\"$1\",\"type\":\"SCALAR\",\"scalar\":{\"value\":$2},\"allocation_info\":{\"role\":\"r1\"}}";
            String inner = scalar.substring(1, scalar.length() - 1);
            return text.replace("[R]", "[[cpus 0.5],[mem 32]]")
                    .replace("[A0]", "\"agent_id\":{\"value\":\"" + agentId + "\"}")
                    .replaceAll("\\{\\[(cpus|mem|gpus) ([-0-9.]+)]\"?", "{" + inner)
                    .replaceAll("\\[(cpus|mem|gpus) ([-0-9.]+)]", scalar);
        }

        private void send(String json) throws IOException {
            try (RawConnection connection = new RawConnection(node.masterAddress())) {
                connection.request(
                        "POST /api/v1/scheduler",
                        List.of(
                                "Content-Type: application/json",
                                "Accept: application/json",
                                "Mesos-Stream-Id: " + streamId),
                        json.getBytes(UTF_8));
                RawConnection.Answer answer = connection.answer();
                assertThat(answer.status())
                        .as("%s: %s: %s", name, json, answer.text())
                        .isEqualTo(202);
            }
        }

        /** Reads events up to the next update, acknowledges it, and adds it; nothing if none comes. */
        void readUpdate(List<Update> actual) throws IOException {
            try {
                String event = next();
                while (!"UPDATE".equals(typeOf(event))) {
                    take(event);
                    event = next();
                }
                actual.add(Update.of(event, agentId));
                Map<String, String> values = valuesOf(event);
                pid = values.get("update.status.container_status.executor_pid");
                acknowledge(values);
            } catch (SocketTimeoutException e) {
                // the order of updates shows that one is missing
            }
        }

        /** Reads to the end of the stream: the types of events but for heartbeats and offers. */
        Map<String, String> untilClosed() throws IOException {
            List<String> events = new ArrayList<>();
            byte[] chunk = stream.chunk();
            while (chunk.length > 0) {
                String type = typeOf(checked(new String(chunk, UTF_8).replaceFirst("^\\d+\n", "")));
                if (!List.of("HEARTBEAT", "OFFERS", "RESCIND").contains(type)) {
                    events.add(type);
                }
                chunk = stream.chunk();
            }
            events.add("closed");
            return Map.of("events", String.join(", ", events));
        }

        private void acknowledge(Map<String, String> event) throws IOException {
            String uuid = event.get("update.status.uuid");
            boolean end = name.equals(UNACKNOWLEDGED) && "TASK_FINISHED".equals(event.get("update.status.state"));
            if (uuid != null && !end) {
                send("{" + framework() + ",\"type\":\"ACKNOWLEDGE\",\"acknowledge\":{\"agent_id\":{\"value\":\""
                        + event.get("update.status.agent_id.value") + "\"},\"task_id\":{\"value\":\""
                        + field(event, "update.status.task_id.value").replace("\\", "\\\\") + "\"},\"uuid\":\"" + uuid
                        + "\"}}");
            }
        }

        void tearDown() throws IOException {
            if (!tornDown) {
                send("{" + framework() + ",\"type\":\"TEARDOWN\"}");
            }
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
