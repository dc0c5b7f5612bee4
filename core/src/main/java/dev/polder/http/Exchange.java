package dev.polder.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One request and the place for its answer. The answer may be given on any thread, once; it is sent on the connection's
 * network thread, when those before it are sent.
 */
final class Exchange implements HttpResponder {

    /** What was answered. */
    sealed interface Answer permits Full, ChunkedStream, Upgrade {}

    /** An answer in full. */
    record Full(HttpResponse response) implements Answer {}

    /** A switch to frames. */
    record Upgrade(String protocol, FrameConnection connection) implements Answer {}

    private final ServerConnection connection;
    private final RequestHead head;
    private final CompletableFuture<ClosedBy> gone = new CompletableFuture<>();
    private final AtomicBoolean isAnswered = new AtomicBoolean();

    /** Set once, on the network thread. */
    private @Nullable Answer answer;

    Exchange(ServerConnection connection, RequestHead head) {
        this.connection = connection;
        this.head = head;
    }

    RequestHead head() {
        return head;
    }

    /** Completes if the connection ends before the answer is complete. */
    CompletableFuture<ClosedBy> gone() {
        return gone;
    }

    /** The answer, if there is one yet. Network thread. */
    @Nullable
    Answer answer() {
        return answer;
    }

    /** Whether what comes after this on the connection has to wait until it is done. Network thread. */
    boolean holdsOthersBack() {
        return head.isRead() || answer instanceof ChunkedStream || answer instanceof Upgrade;
    }

    @Override
    public void respond(HttpResponse response) {
        claim();
        give(new Full(response));
    }

    @Override
    public HttpStream openStream(int status, Headers headers) {
        HttpResponse.checkStatus(status);
        claim();
        ChunkedStream stream = connection.newStream(status, headers);
        if (head.isHead()) {
            stream.close();
        }
        give(stream);
        return stream;
    }

    @Override
    public UpgradedConnection upgrade(String protocol, FrameListener listener) {
        claim();
        FrameConnection frames = connection.newFrames(listener);
        give(new Upgrade(protocol, frames));
        return frames;
    }

    /** Answers if nobody has. */
    void respondIfUnanswered(HttpResponse response) {
        if (isAnswered.compareAndSet(false, true)) {
            give(new Full(response));
        }
    }

    /** The connection has ended. Network thread, or any once there is none. */
    void end(ClosedBy by) {
        Answer given = answer;
        if (given instanceof ChunkedStream stream) {
            stream.ended(by);
        } else if (given instanceof Upgrade upgrade) {
            upgrade.connection().ended(by);
        }
        gone.complete(by);
    }

    private void claim() {
        if (!isAnswered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request " + head.method() + " "
                    + head.target().path() + " is answered already: each is answered once");
        }
    }

    private void give(Answer given) {
        connection.onNetworkThread(
                () -> {
                    answer = given;
                    connection.answered(this);
                },
                () -> {
                    answer = given;
                    end(ClosedBy.US);
                });
    }
}
