package dev.polder.isolation.docker;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What an engine says of one container.
 *
 * @param id the engine's
 * @param container whose it is, empty if it is none of ours
 * @param status {@code created}, {@code running}, {@code paused}, {@code restarting}, {@code removing}, {@code exited}
 *     or {@code dead}
 * @param pid of its first process on the host, 0 if it does not run
 * @param exitCode of its first process, 0 if that has not ended; 128 and the signal if one ended it
 * @param oomKilled a process of it was killed as memory was out
 * @param error why it did not start, empty if it did
 */
public record DockerContainer(
        String id,
        Optional<ContainerId> container,
        String status,
        long pid,
        int exitCode,
        boolean oomKilled,
        String error) {
    static DockerContainer inspected(JsonValue answer) throws JsonException {
        JsonValue state = answer.get("State");
        return new DockerContainer(
                answer.get("Id").text(),
                label(answer.get("Config").get("Labels")),
                state.get("Status").text(),
                state.get("Pid").number(0),
                Math.toIntExact(state.get("ExitCode").number(0)),
                state.get("OOMKilled").flag(),
                state.get("Error").text(""));
    }

    static Map<String, ContainerId> labelled(JsonValue list) throws JsonException {
        Map<String, ContainerId> containers = new LinkedHashMap<>();
        for (JsonValue entry : list.elements()) {
            Optional<ContainerId> container = label(entry.get("Labels"));
            if (container.isPresent()) {
                containers.put(entry.get("Id").text(), container.get());
            }
        }
        return containers;
    }

    private static Optional<ContainerId> label(JsonValue labels) throws JsonException {
        String text = labels.get(DockerRun.LABEL).text("");
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(new ContainerId(UUID.fromString(text)));
        } catch (IllegalArgumentException e) {
            // somebody else's label of the same name
            return Optional.empty();
        }
    }
}
