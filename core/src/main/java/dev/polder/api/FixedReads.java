package dev.polder.api;

import dev.polder.http.HttpHandler;
import dev.polder.http.HttpResponse;
import dev.polder.http.Router;
import java.util.List;
import java.util.Map;

/** What master and agent answer alike, and always the same: {@code /version}, {@code /health} and {@code /flags}. */
final class FixedReads {
    /** As in Mesos, the method of a read does not matter. */
    static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

    private final HttpHandler version;
    private final HttpHandler flags;

    FixedReads(ClassicJson classic, ApiConfig config, Map<String, String> flags) {
        this.version = always(classic.object(json -> ClassicJson.version(json, config)));
        this.flags = always(classic.object(json -> ClassicJson.flags(json, flags)));
    }

    private static HttpHandler always(byte[] json) {
        return (request, responder) -> responder.respond(JsonAnswer.of(request, json));
    }

    /**
     * Adds them.
     *
     * @param below the path below which health and flags are found as well
     */
    void addTo(Router.Builder router, String below) {
        for (String method : METHODS) {
            router.exact(method, "/version", version);
            for (String base : List.of("", below)) {
                router.prefix(
                        method, base + "/health", (request, responder) -> responder.respond(HttpResponse.empty(200)));
                router.prefix(method, base + "/flags", flags);
            }
        }
    }
}
