package dev.polder.http;

/**
 * The place for the answer to one request: exactly one of the three methods must be called, once, from any thread.
 * A second call is an {@link IllegalStateException}. If the peer is gone the answer is dropped silently.
 */
public interface HttpResponder {

    /** Answers in full. */
    void respond(HttpResponse response);

    /** Answers with the head at once and with a body of chunks that follow. */
    HttpStream openStream(int status, Headers headers);

    /**
     * Answers 101 and turns the connection into one of frames, each with its length in four bytes (big-endian) before it.
     *
     * @param protocol the value of the {@code Upgrade} header
     */
    UpgradedConnection upgrade(String protocol, FrameListener listener);
}
