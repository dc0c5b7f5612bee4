package dev.polder.agent;

import dev.polder.isolation.fetch.FetchRequest;
import dev.polder.isolation.fetch.Fetcher;
import dev.polder.wire.proto.Mesos.CommandInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a command wants in its sandbox.
 *
 * @param requests in the order in which they are fetched
 * @param mistake why that cannot be; empty if it can
 */
record TaskFetches(List<FetchRequest> requests, String mistake) {
    TaskFetches {
        requests = List.copyOf(requests);
    }

    static TaskFetches of(CommandInfo command) {
        if (command.getUrisCount() > Fetcher.REQUESTS_MAX) {
            return new TaskFetches(
                    List.of(), command.getUrisCount() + " things to fetch > REQUESTS_MAX=" + Fetcher.REQUESTS_MAX);
        }
        List<FetchRequest> requests = new ArrayList<>();
        try {
            for (CommandInfo.URI uri : command.getUrisList()) {
                requests.add(request(uri));
            }
        } catch (IllegalArgumentException e) {
            return new TaskFetches(List.of(), String.valueOf(e.getMessage()));
        }
        return new TaskFetches(requests, "");
    }

    private static FetchRequest request(CommandInfo.URI uri) {
        Optional<String> name = Optional.of(uri.getOutputFile()).filter(text -> !text.isEmpty());
        return new FetchRequest(
                uri.getValue(), uri.getExecutable(), uri.getExtract(), uri.getCache(), name, Optional.empty());
    }
}
