package dev.polder.isolation.docker;

import dev.polder.isolation.json.JsonValue;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** What happens to containers, as it happens. One thread reads; {@link #close} by any ends it. */
public final class DockerEvents implements Closeable {
    private final HttpAnswer answer;
    private final JsonLines lines;

    DockerEvents(HttpAnswer answer) {
        this.answer = answer;
        this.lines = new JsonLines(answer.body(), "the events");
    }

    /**
     * Something that happened.
     *
     * @param action such as {@code start}, {@code die}, {@code oom}, {@code destroy}
     * @param container the engine's id
     * @param timeNanos of Unix time, by the engine's clock
     */
    public record Event(String action, String container, long timeNanos) {}

    /**
     * Waits for the next one; empty if the engine ends the stream.
     *
     * @throws java.net.SocketTimeoutException if nothing happens for longer than the call allowed; to go on, call again
     *     with the time of the last event
     */
    public Optional<Event> next() throws IOException {
        Optional<JsonValue> line = lines.next();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        JsonValue event = line.get();
        return Optional.of(new Event(
                event.get("Action").text(),
                event.get("Actor").get("ID").text(),
                event.get("timeNano").number()));
    }

    @Override
    public void close() throws IOException {
        answer.close();
    }
}
