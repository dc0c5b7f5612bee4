package dev.polder.api;

import dev.polder.http.HttpHandler;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;

/** Where agents join: {@code GET /polder/v1/agent}, upgraded to frames. */
final class AgentApi implements HttpHandler {
    static final String PROTOCOL = "polder-agent/1";

    private final ApiContext context;

    AgentApi(ApiContext context) {
        this.context = context;
    }

    @Override
    public void handle(HttpRequest request, HttpResponder responder) {
        if (!context.master().leads() || context.master().leader().isEmpty()) {
            responder.respond(LeaderOnly.elsewhere(context.master(), request));
            return;
        }
        String upgrade = request.headers().first("Upgrade").orElse("");
        if (!upgrade.equals(PROTOCOL)) {
            responder.respond(
                    HttpResponse.text(426, "'Upgrade' is '" + upgrade + "': an agent's link speaks " + PROTOCOL)
                            .with("Upgrade", PROTOCOL));
            return;
        }
        HttpAgentLink link = new HttpAgentLink(request.remoteAddress(), context);
        link.start(responder.upgrade(PROTOCOL, link));
    }
}
