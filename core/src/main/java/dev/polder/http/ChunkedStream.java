package dev.polder.http;

import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** An answer in chunks. What is sent before its turn has come waits in the outbox, with everything else. */
final class ChunkedStream implements HttpStream, Exchange.Answer {

    private final int status;
    private final Headers headers;
    private final Outbox outbox;
    private final CompletableFuture<ClosedBy> end = new CompletableFuture<>();

    private boolean begun;

    ChunkedStream(int status, Headers headers, EventLoop loop, long outboxBytesMax, Runnable onFull) {
        this.status = status;
        this.headers = headers;
        this.outbox = new Outbox(loop, outboxBytesMax, onFull);
    }

    int status() {
        return status;
    }

    Headers headers() {
        return headers;
    }

    /** Whether this is the first call: a stream begins once. Network thread. */
    boolean begin() {
        boolean first = !begun;
        begun = true;
        return first;
    }

    /** Lets records out. Network thread. */
    void start(Outbox.Sink sink) {
        outbox.open(sink);
    }

    /** Nothing more is sent. Network thread. */
    void ended(ClosedBy by) {
        outbox.discard();
        end.complete(by);
    }

    @Override
    public boolean send(byte[] record) {
        if (record.length == 0) {
            throw new IllegalArgumentException("record: 0 bytes, a chunk has at least 1");
        }
        return outbox.offer(record);
    }

    @Override
    public void close() {
        outbox.end();
    }

    @Override
    public void onClosed(Consumer<ClosedBy> listener) {
        Listeners.add(end, listener);
    }

    @Override
    public long outboxBytes() {
        return outbox.bytes();
    }
}
