package dev.polder.http;

/** Answers requests. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Takes one request. Called on a network thread, so it must not block; the answer may be given later and from any
     * thread. What it throws becomes a 500. Requests of one connection come in their order, and a further one may come
     * before the first is answered; answers are sent in the order of the requests.
     */
    void handle(HttpRequest request, HttpResponder responder);
}
