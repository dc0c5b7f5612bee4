package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.ClusterNode;
import java.io.IOException;
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

    private static ClusterNode node;

    @BeforeAll
    static void start() {
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
        Map<String, List<String>> expected = new LinkedHashMap<>();
        Map<String, List<String>> actual = new LinkedHashMap<>();
        try (Scheduler scheduler = new Scheduler(name, script)) {
            for (String line : script) {
                Matcher update = UPDATE.matcher(line);
                Matcher accept = ACCEPT.matcher(line);
                Matcher call = CALL.matcher(line);
                if (update.matches()) {
                    String task = field(JsonShape.values(("[\"" + update.group(1) + "\"]").getBytes(UTF_8)), "[]");
                    expected.computeIfAbsent(task, any -> new ArrayList<>())
                            .add(update.group(2) + " " + scheduler.expectedStatus(update.group(3)));
                    scheduler.readUpdate(actual);
                } else if (accept.matches()) {
                    scheduler.accept(accept.group(1), accept.group(2));
                } else if (call.matches()) {
                    scheduler.call(call.group(1));
                }
            }
            scheduler.tearDown();
        }
        differences.note(name, new TreeMap<>(expected).toString(), new TreeMap<>(actual).toString());
    }

    private static String field(Map<String, String> values, String name) {
        return requireNonNull(values.get(name), () -> name + " in " + values);
    }

    /** One framework on raw sockets. */
    private static final class Scheduler implements AutoCloseable {
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

        Scheduler(String name, List<String> script) throws IOException {
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
            frameworkId = field(next(), "subscribed.framework_id.value");
        }

        private Map<String, String> next() throws IOException {
            return JsonShape.values(stream.record().getBytes(UTF_8));
        }

        private void waitForOffer() throws IOException {
            while (offerId.isEmpty()) {
                take(next());
            }
        }

        private void take(Map<String, String> event) {
            if ("OFFERS".equals(event.get("type"))) {
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

        /** Reads events up to the next update, acknowledges it, and adds what it says. */
        void readUpdate(Map<String, List<String>> actual) throws IOException {
            try {
                Map<String, String> event = next();
                while (!"UPDATE".equals(event.get("type"))) {
                    take(event);
                    event = next();
                }
                String task = field(event, "update.status.task_id.value");
                actual.computeIfAbsent(task, any -> new ArrayList<>()).add(told(event));
                pid = event.get("update.status.container_status.executor_pid");
                acknowledge(event);
            } catch (SocketTimeoutException e) {
                actual.computeIfAbsent("nothing", any -> new ArrayList<>()).add("came for 10 s");
            }
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

        private String told(Map<String, String> event) {
            String status = "update.status.";
            String state = field(event, status + "state");
            StringBuilder told = new StringBuilder(state).append(' ');
            append(told, "message", wordsOf(state, event.get(status + "message")));
            append(told, "source", event.get(status + "source"));
            append(told, "reason", event.get(status + "reason"));
            append(told, "agent", named(event.get(status + "agent_id.value")));
            append(told, "executor", event.get(status + "executor_id.value"));
            append(told, "timestamp", event.containsKey(status + "timestamp") ? "yes" : null);
            append(told, "uuid", event.containsKey(status + "uuid") ? "yes" : null);
            if (event.containsKey(status + "container_status.container_id.value")) {
                append(told, "network", event.get(status + "container_status.network_infos[].ip_addresses[].protocol"));
                append(told, "pid", event.containsKey(status + "container_status.executor_pid") ? "yes" : null);
            }
            return told.toString();
        }

        String expectedStatus(String text) {
            String json =
                    text.replaceAll("\\[(T|U|CS|CS-nopid|A0)]", "\"$1\":1").replace("<WORKDIR>", "/w");
            String state = text.contains("TASK_INVALID") ? "TASK_ERROR" : "";
            try {
                Map<String, String> status = JsonShape.values(("{" + json + "}").getBytes(UTF_8));
                StringBuilder told = new StringBuilder();
                append(told, "message", wordsOf(state, status.get("message")));
                append(told, "source", status.get("source"));
                append(told, "reason", status.get("reason"));
                append(told, "agent", status.containsKey("A0") ? "A0" : status.get("agent_id.value"));
                append(told, "executor", status.get("executor_id.value"));
                append(told, "timestamp", status.containsKey("T") ? "yes" : null);
                append(told, "uuid", status.containsKey("U") ? "yes" : null);
                if (status.containsKey("CS") || status.containsKey("CS-nopid")) {
                    append(told, "network", "IPv4");
                    append(told, "pid", status.containsKey("CS") ? "yes" : null);
                }
                return told.toString();
            } catch (IOException e) {
                throw new AssertionError(name + ": " + json, e);
            }
        }

        private @Nullable String named(@Nullable String agent) {
            return agentId.equals(agent) ? "A0" : agent;
        }

        /** Texts of errors are our own; of the others, what a run makes up is left out. */
        private static @Nullable String wordsOf(String state, @Nullable String message) {
            if (message == null || state.equals("TASK_ERROR")) {
                return message == null ? null : "(words)";
            }
            return message.replaceAll("([Oo]ffer) \\S+ (is|in)", "$1 O $2")
                    .replaceAll("'[^']*/runs/[^']*'", "'SANDBOX'")
                    .replaceAll("[0-9a-f]{8}-[-0-9a-f]{27}", "UUID")
                    .replaceAll("<UUID\\d+>", "UUID");
        }

        private static void append(StringBuilder told, String what, @Nullable String value) {
            if (value != null) {
                told.append(what).append('=').append(value).append(' ');
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
