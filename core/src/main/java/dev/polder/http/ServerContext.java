package dev.polder.http;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** What the connections of one server share. */
final class ServerContext {

    private final HttpServerConfig config;
    private final HttpHandler handler;
    private final HttpDate date = new HttpDate();
    /** How each open connection is cut; call it on the connection's network thread. Bounded by connectionsMax. */
    private final Map<Channel, Consumer<ClosedBy>> open = new ConcurrentHashMap<>();

    /** The large bodies of complete answers that sockets have not taken yet; at most answerBytesMax, or a single one. */
    private final AtomicLong answerBytes = new AtomicLong();

    private final LongAdder answersRefused = new LongAdder();
    private final LongAdder connectionsRefused = new LongAdder();
    private final LongAdder slowReadersCut = new LongAdder();
    private volatile boolean stopped;

    ServerContext(HttpServerConfig config, HttpHandler handler) {
        this.config = config;
        this.handler = handler;
    }

    HttpServerConfig config() {
        return config;
    }

    HttpHandler handler() {
        return handler;
    }

    HttpDate date() {
        return date;
    }

    Map<Channel, Consumer<ClosedBy>> open() {
        return open;
    }

    /** The bytes of complete answers that wait for their readers. */
    long answerBytes() {
        return answerBytes.get();
    }

    /** Makes room for an answer; false if there is none. */
    boolean reserve(int bytes) {
        long before = answerBytes.getAndAdd(bytes);
        if (before == 0 || before + bytes <= config.answerBytesMax()) {
            return true;
        }
        answerBytes.addAndGet(-bytes);
        answersRefused.increment();
        return false;
    }

    /** Gives back what {@link #reserve} took. */
    void release(int bytes) {
        answerBytes.addAndGet(-bytes);
    }

    /** Answers that there was no room for. */
    LongAdder answersRefused() {
        return answersRefused;
    }

    /** Connections that were too many. */
    LongAdder connectionsRefused() {
        return connectionsRefused;
    }

    /** Connections cut because their outbox was full. */
    LongAdder slowReadersCut() {
        return slowReadersCut;
    }

    /** No further connection is taken. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Remembers how to cut a connection, until it is closed. */
    void track(Channel channel, Consumer<ClosedBy> cut) {
        if (open.put(channel, cut) == null) {
            channel.closeFuture().addListener(closed -> open.remove(channel));
        }
    }
}
