package dev.polder.http;

/** Answers requests. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Takes one request. Called on a network thread, so it must not block; the answer may be given later and from any
     * thread. What it throws becomes a 500. Requests of one connection come in their order, and answers are
     * sent in that order. A client may send the next before the answer to the last has come: what is no GET then comes
     * here at once, a GET when all before it are answered.
     */
    void handle(HttpRequest request, HttpResponder responder);
}
