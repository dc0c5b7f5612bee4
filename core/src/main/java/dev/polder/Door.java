package dev.polder;

import dev.polder.http.HttpHandler;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Answers on a port that is open already that the node is starting, until somebody is there to answer. */
final class Door implements HttpHandler {
    private volatile @Nullable HttpHandler behind;

    /** From now on the requests go to this handler. Any thread. */
    void open(HttpHandler handler) {
        behind = handler;
    }

    @Override
    public void handle(HttpRequest request, HttpResponder responder) {
        HttpHandler handler = behind;
        if (handler == null) {
            responder.respond(HttpResponse.text(503, "this node is starting").with("Retry-After", "1"));
        } else {
            handler.handle(request, responder);
        }
    }
}
