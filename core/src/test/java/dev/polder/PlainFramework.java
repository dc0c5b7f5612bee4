package dev.polder;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.polder.api.JsonShape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A framework that knows nothing of ours: the v1 API in JSON over the HTTP client of the JDK. One thread uses it. */
final class PlainFramework {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** What the stream's reader leaves behind when the stream has ended. */
    private static final Map<String, String> ENDED = Map.of("type", "ENDED");

    private final HttpClient http = HttpClient.newHttpClient();
    private BlockingQueue<Map<String, String>> events = new LinkedBlockingQueue<>();
    private String frameworkId = "";
    private String streamId = "";
    private @Nullable URI leader;

    /** Asks a master who leads; empty if it knows none. */
    Optional<String> redirect(InetSocketAddress master) throws IOException, InterruptedException {
        return get(master, "/redirect").headers().firstValue("Location");
    }

    HttpResponse<String> get(InetSocketAddress master, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri(master, path)).timeout(PATIENCE).build(), BodyHandlers.ofString());
    }

    private static URI uri(InetSocketAddress master, String path) {
        return URI.create("http://127.0.0.1:" + master.getPort() + path);
    }

    /** Subscribes at the address that a {@code Location} names, under the id that it has, and returns SUBSCRIBED. */
    Map<String, String> subscribe(String location) throws IOException, InterruptedException {
        return subscribe(location, "", "");
    }

    /**
     * Subscribes and says more.
     *
     * @param more fields of {@code framework_info}, each with a comma before it
     * @param besides fields of {@code subscribe}, the same
     */
    Map<String, String> subscribe(String location, String more, String besides)
            throws IOException, InterruptedException {
        URI master = URI.create("http:" + location + "/api/v1/scheduler");
        leader = master;
        String id = frameworkId.isEmpty() ? "" : "\"id\":{\"value\":\"" + frameworkId + "\"},";
        String head = frameworkId.isEmpty() ? "" : "\"framework_id\":{\"value\":\"" + frameworkId + "\"},";
        String body = "{\"type\":\"SUBSCRIBE\"," + head + "\"subscribe\":{\"framework_info\":{" + id
                + "\"user\":\"\",\"name\":\"plain\",\"roles\":[\"*\"],\"failover_timeout\":3600,"
                + "\"capabilities\":[{\"type\":\"MULTI_ROLE\"}]" + more + "}" + besides + "}}";
        HttpResponse<InputStream> answer = http.send(request(master, body).build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("SUBSCRIBE was answered " + answer.statusCode() + ": "
                    + new String(answer.body().readAllBytes(), UTF_8));
        }
        streamId = answer.headers().firstValue("Mesos-Stream-Id").orElseThrow();
        BlockingQueue<Map<String, String>> arriving = new LinkedBlockingQueue<>();
        events = arriving;
        Thread reader = new Thread(() -> read(answer.body(), arriving), "plain-framework");
        reader.setDaemon(true);
        reader.start();
        Map<String, String> subscribed = next("SUBSCRIBED");
        frameworkId = requireNonNull(subscribed.get("subscribed.framework_id.value"));
        return subscribed;
    }

    private static HttpRequest.Builder request(URI master, String body) {
        return HttpRequest.newBuilder(master)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    /** RecordIO: the length in decimal digits, a line feed, the event. */
    private static void read(InputStream stream, BlockingQueue<Map<String, String>> arriving) {
        try (stream) {
            StringBuilder length = new StringBuilder();
            for (int b = stream.read(); b >= 0; b = stream.read()) {
                if (b == '\n') {
                    byte[] event = stream.readNBytes(Integer.parseInt(length, 0, length.length(), 10));
                    arriving.addAll(eventsOf(event));
                    length.setLength(0);
                } else {
                    length.append(new String(new byte[] {(byte) b}, US_ASCII));
                }
            }
        } catch (IOException theMasterIsGone) {
            // the end says so
        }
        arriving.add(ENDED);
    }

    /** Of offers that come together each is an event of its own, whose paths begin in the offer. */
    private static List<Map<String, String>> eventsOf(byte[] event) throws IOException {
        Map<String, String> whole = JsonShape.values(event);
        if (!"OFFERS".equals(whole.get("type"))) {
            return List.of(whole);
        }
        List<Map<String, String>> offers = JsonShape.elements(event, "offers", "offers");
        offers.forEach(offer -> offer.put("type", "OFFERS"));
        return offers;
    }

    /** Waits for the next event of a type; those of others are passed over, except the end of the stream. */
    Map<String, String> next(String type) throws InterruptedException {
        while (true) {
            Map<String, String> event = events.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (event == null) {
                throw new AssertionError("no " + type + " within " + PATIENCE);
            }
            if (type.equals(event.get("type"))) {
                return event;
            }
            if (event == ENDED) {
                throw new UncheckedIOException(new IOException("the stream ended before " + type));
            }
        }
    }

    void awaitEndOfStream() throws InterruptedException {
        next("ENDED");
    }

    /** Waits for an update of a task's state and acknowledges it if it wants to be. */
    Map<String, String> nextUpdate(String task, String state) throws IOException, InterruptedException {
        while (true) {
            Map<String, String> update = next("UPDATE");
            String uuid = update.get("update.status.uuid");
            String about = requireNonNull(update.get("update.status.task_id.value"));
            if (uuid != null) {
                String agent = update.get("update.status.agent_id.value");
                int status = call(
                                "ACKNOWLEDGE",
                                "\"agent_id\":{\"value\":\"" + agent + "\"},\"task_id\":{\"value\":\"" + about
                                        + "\"},\"uuid\":\"" + uuid + "\"")
                        .statusCode();
                if (status != 202) {
                    throw new IOException("ACKNOWLEDGE was answered " + status);
                }
            }
            if (task.equals(about) && state.equals(update.get("update.status.state"))) {
                return update;
            }
        }
    }

    /** Sends a call to the master that it is subscribed to. */
    HttpResponse<String> call(String type, String fields) throws IOException, InterruptedException {
        return http.send(callRequest(type, fields), BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> callLater(String type, String fields) {
        return http.sendAsync(callRequest(type, fields), BodyHandlers.ofString());
    }

    private HttpRequest callRequest(String type, String fields) {
        String more = fields.isEmpty() ? "" : ",\"" + type.toLowerCase(Locale.ROOT) + "\":{" + fields + "}";
        String body = "{\"framework_id\":{\"value\":\"" + frameworkId + "\"},\"type\":\"" + type + "\"" + more + "}";
        return request(requireNonNull(leader), body)
                .header("Mesos-Stream-Id", streamId)
                .build();
    }

    /** Waits for an offer of a node that is not the one named, and runs a line for the shell there. */
    void launch(String task, String line, String notOn) throws IOException, InterruptedException {
        Map<String, String> offer = next("OFFERS");
        while (List.of(requireNonNull(offer.get("attributes[].text.value")).split(",", -1))
                .contains(notOn)) {
            offer = next("OFFERS");
        }
        HttpResponse<String> answer =
                call("ACCEPT", """
                "offer_ids":[{"value":"%s"}],"operations":[{"type":"LAUNCH","launch":{"task_infos":[{
                "name":"%3$s","task_id":{"value":"%3$s"},"agent_id":{"value":"%2$s"},
                "command":{"shell":true,"value":"%4$s"},"resources":[
                {"name":"cpus","type":"SCALAR","scalar":{"value":0.1},"role":"*","allocation_info":{"role":"*"}},
                {"name":"mem","type":"SCALAR","scalar":{"value":16},"role":"*","allocation_info":{"role":"*"}}]}]}}]""".formatted(offer.get("id.value"), offer.get("agent_id.value"), task, line));
        if (answer.statusCode() != 202) {
            throw new IOException("ACCEPT was answered " + answer.statusCode() + ": " + answer.body());
        }
    }
}
