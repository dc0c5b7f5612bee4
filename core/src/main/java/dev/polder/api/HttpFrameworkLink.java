package dev.polder.api;

import dev.polder.http.ClosedBy;
import dev.polder.http.Headers;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpStream;
import dev.polder.master.Command;
import dev.polder.master.FrameworkLink;
import dev.polder.wire.MessageCodec;
import dev.polder.wire.RecordIo;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A framework's event stream as the answer to its SUBSCRIBE request: one RecordIO record a chunk.
 *
 * <pre>
 *  WAITING --first event--> OPEN --close(), ERROR, client gone, outbox full--> ended
 *     '------close() before any event: 503, client gone------------------------'
 * </pre>
 *
 * <p>The master's thread sends and closes, one call after the other; heartbeats come from the timers and the end from the
 * network, whose chunks keep the order of the calls. However it ends, the master hears of it once.
 */
final class HttpFrameworkLink implements FrameworkLink {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFrameworkLink.class);
    private static final Event HEARTBEAT =
            Event.newBuilder().setType(Event.Type.HEARTBEAT).build();

    private final String streamId;
    private final HttpResponder responder;
    private final InetSocketAddress peer;
    private final String contentType;
    private final MessageCodec codec;
    private final ApiContext context;

    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Runnable stopHeartbeats = () -> {};

    /** The master's thread alone reads and writes these two. */
    private @Nullable HttpStream stream;

    private boolean closed;

    HttpFrameworkLink(
            String streamId,
            HttpRequest request,
            HttpResponder responder,
            String contentType,
            MessageCodec codec,
            ApiContext context) {
        this.streamId = streamId;
        this.responder = responder;
        this.peer = request.remoteAddress();
        this.contentType = contentType;
        this.codec = codec;
        this.context = context;
    }

    @Override
    public String streamId() {
        return streamId;
    }

    @Override
    public void send(Event event) {
        if (closed || ended.get()) {
            return;
        }
        HttpStream open = stream == null ? open() : stream;
        OffersWritten.record(event);
        open.send(record(event));
        if (event.getType() == Event.Type.SUBSCRIBED) {
            startHeartbeats(open);
        } else if (event.getType() == Event.Type.ERROR) {
            close();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (stream != null) {
            stream.close();
        } else if (!ended.get()) {
            responder.respond(LeaderOnly.comeAgain(
                    "the outcome of SUBSCRIBE is unknown: this master lost its post before it could answer"));
            onEnd(ClosedBy.US);
        }
    }

    /** Learns that the connection has ended; any thread, any number of times. */
    void onEnd(ClosedBy by) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        stopHeartbeats.run();
        context.counters().schedulerStreams.decrementAndGet();
        if (by == ClosedBy.OUTBOX_FULL) {
            context.counters().slowPeersCut.increment();
            LOG.warn("framework stream cut: reads too slowly peer={} stream={}", peer, streamId);
        } else {
            LOG.debug("framework stream ended peer={} stream={} by={}", peer, streamId, by);
        }
        boolean byClient = by == ClosedBy.PEER || by == ClosedBy.IO_ERROR;
        context.master().submit(new Command.FrameworkClosed(this, byClient));
    }

    private HttpStream open() {
        HttpStream opened = responder.openStream(
                200, Headers.of("Mesos-Stream-Id", streamId).with("Content-Type", contentType));
        stream = opened;
        opened.onClosed(this::onEnd);
        return opened;
    }

    private void startHeartbeats(HttpStream open) {
        byte[] heartbeat = record(HEARTBEAT);
        open.send(heartbeat);
        long periodMs = context.config().heartbeatInterval().toMillis();
        stopHeartbeats = context.timers().every(periodMs, () -> open.send(heartbeat));
        if (ended.get()) {
            stopHeartbeats.run();
        }
    }

    private byte[] record(Event event) {
        return RecordIo.encode(codec.encode(event));
    }

    @Override
    public String toString() {
        return "HttpFrameworkLink[" + peer + ", " + streamId + "]";
    }
}
