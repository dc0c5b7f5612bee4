package dev.polder.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a server. Owned by its network thread.
 * <pre>
 *  bytes ─► decoder ─► backlog ─► assembler ─► exchanges, in order ─► handler, on this thread
 *                      (reading   (one
 *                       pauses)   request)     answers, from any thread, are sent when their turn comes
 * </pre>
 * Requests may be pipelined. One that changes something goes to the handler while others of its kind are still being
 * answered; a read waits until all before it are answered, and holds back what follows, for its answer may be large. No
 * request begins while the socket has answers to take.
 */
final class ServerConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private static final int HEAD_BYTES_MAX = 80 << 10;
    private static final int EXCHANGES_MAX = 64;
    /**
     * Up to here an answer is always given: the answer to a call that changed something is so small, and refused it would
     * deny what was done.
     */
    private static final int SMALL_ANSWER_BYTES_MAX = 1_024;

    private static final int BACKLOG_OBJECTS_MAX = 64;
    /** How long a peer may take to read why it was refused, before the connection is closed under its further bytes. */
    private static final long LINGER_MS = 1_000;

    private final ServerContext server;
    private final SocketChannel channel;
    private final ResponseWriter writer;
    private final RequestAssembler assembler;
    private final ConnectionClock clock;
    private final HttpRequestDecoder decoder;
    private final HttpResponseEncoder encoder = new HttpResponseEncoder();
    private final ArrivalTap tap = new ArrivalTap();

    /** Requests not answered in full yet, in order. At most EXCHANGES_MAX: further requests stay in the backlog. */
    private final Deque<Exchange> exchanges = new ArrayDeque<>();
    /** What was decoded and may not be taken yet. Reading pauses at BACKLOG_OBJECTS_MAX; one read's worth may be on top. */
    private final Deque<HttpObject> backlog = new ArrayDeque<>();

    /** No further request is taken: one was refused, or asked to close. Bytes that still come are dropped. */
    private boolean inputEnded;

    /** The last request could not be read to its end, so that there may be more bytes of it. */
    private boolean refused;

    /** The last answer is on its way, and the connection ends with it. */
    private boolean ending;

    private boolean sending;
    private boolean flushScheduled;
    private @Nullable ClosedBy closedBy;

    ServerConnection(ServerContext server, SocketChannel channel) {
        this.server = server;
        this.channel = channel;
        this.writer = new ResponseWriter(channel, server.date());
        this.assembler = new RequestAssembler(server.config().bodyBytesMax());
        this.clock = new ConnectionClock(server.config(), channel);
        this.decoder = new HttpRequestDecoder(
                new HttpDecoderConfig().setMaxInitialLineLength(HEAD_BYTES_MAX).setMaxHeaderSize(HEAD_BYTES_MAX));
    }

    /** Fills the pipeline of a fresh connection. */
    void install() {
        channel.pipeline().addLast(tap, decoder, encoder, this);
        server.track(channel, this::cut);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        clock.start(() -> !exchanges.isEmpty(), this::expired);
    }

    // ---- in

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        HttpObject object = (HttpObject) message;
        if (inputEnded) {
            ReferenceCountUtil.release(object);
        } else if (backlog.isEmpty() && mayTake(object)) {
            take(object);
        } else {
            backlog.add(object);
            if (backlog.size() >= BACKLOG_OBJECTS_MAX) {
                channel.config().setAutoRead(false);
            }
        }
    }

    /** A request may begin if its answer can be given now or soon; what belongs to a request that has begun goes on. */
    private boolean mayTake(HttpObject object) {
        if (assembler.isActive()) {
            return true;
        }
        if (exchanges.isEmpty()) {
            return channel.isWritable();
        }
        boolean isRead = object instanceof io.netty.handler.codec.http.HttpRequest request
                && (request.method().name().equals("GET")
                        || request.method().name().equals("HEAD"));
        return !isRead
                && channel.isWritable()
                && exchanges.size() < EXCHANGES_MAX
                && !exchanges.getLast().holdsOthersBack();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        takeBacklog();
    }

    private void takeBacklog() {
        while (!backlog.isEmpty() && !inputEnded && mayTake(backlog.getFirst())) {
            take(backlog.removeFirst());
        }
        if (inputEnded) {
            dropBacklog();
        }
        if (backlog.isEmpty() && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    private void take(HttpObject object) {
        try {
            if (object instanceof io.netty.handler.codec.http.HttpRequest request) {
                begin(request);
            }
            if (object instanceof HttpContent part && assembler.isActive()) {
                refuse(assembler.append(part));
            }
            if (object instanceof LastHttpContent && assembler.isActive() && !inputEnded) {
                clock.requestArrived();
                handle(assembler.end());
            }
        } finally {
            ReferenceCountUtil.release(object);
        }
    }

    private void begin(io.netty.handler.codec.http.HttpRequest request) {
        clock.bytesArrived();
        refuse(assembler.begin(request));
        if (!inputEnded && exchanges.isEmpty() && HttpUtil.is100ContinueExpected(request)) {
            writer.writeContinue();
            flushSoon();
        }
    }

    private void handle(@Nullable Refusal refusal) {
        RequestHead head = assembler.head();
        Exchange exchange = new Exchange(this, head);
        exchanges.add(exchange);
        inputEnded = !head.keepAlive();
        if (refusal != null) {
            exchange.respond(HttpResponse.text(refusal.status(), refusal.text()));
            return;
        }
        HttpRequest request;
        try {
            request = new ReceivedRequest(head, assembler.body(), channel.remoteAddress(), exchange.gone());
        } catch (IllegalArgumentException e) {
            exchange.respond(HttpResponse.text(
                    400, "query '" + RequestAssembler.shorten(head.target().query()) + "': " + e.getMessage()));
            return;
        }
        try {
            server.handler().handle(request, exchange);
        } catch (RuntimeException e) {
            LOG.error("handler failed: request={}", request, e);
            exchange.respondIfUnanswered(HttpResponse.text(500, "internal error: the request could not be handled"));
        }
    }

    /** Answers a request that cannot be read to its end; nothing after it can be understood. */
    private void refuse(@Nullable Refusal refusal) {
        if (refusal == null) {
            return;
        }
        inputEnded = true;
        refused = true;
        clock.requestArrived();
        Exchange exchange = new Exchange(this, RequestHead.UNREADABLE);
        exchanges.add(exchange);
        exchange.respond(HttpResponse.text(refusal.status(), refusal.text()));
    }

    /** Does what the clock found to be due. */
    private void expired(ConnectionClock.Due due) {
        switch (due) {
            case REQUEST_TOO_SLOW ->
                refuse(new Refusal(
                        408,
                        "request not complete after requestTimeout="
                                + server.config().requestTimeout(),
                        true));
            case IDLE -> cut(ClosedBy.US);
        }
    }

    // ---- out

    /** An answer has come. */
    void answered(Exchange exchange) {
        if (channel.isActive()) {
            sendAnswers();
        } else {
            exchange.end(endedBy());
        }
    }

    private void sendAnswers() {
        if (sending) {
            return; // called from below, by a handler that answers at once; the loop there goes on
        }
        sending = true;
        try {
            Exchange exchange = exchanges.peek();
            while (exchange != null && exchange.answer() != null && !ending) {
                send(exchange, exchange.answer());
                Exchange next = exchanges.peek();
                if (next == exchange) {
                    break; // a stream that goes on
                }
                exchange = next;
            }
        } finally {
            sending = false;
        }
        flushSoon();
    }

    /** Sends an answer whose turn it is, or begins to. */
    private void send(Exchange exchange, Exchange.Answer answer) {
        RequestHead head = exchange.head();
        if (answer instanceof Exchange.Full full) {
            sendFull(head, full.response());
        } else if (answer instanceof ChunkedStream stream && head.isHead()) {
            ChannelFuture written = writer.writeStreamHeadAlone(stream, head.keepAlive());
            written.addListener(done -> stream.ended(done.isSuccess() ? ClosedBy.US : endedBy()));
            finish(written, head.keepAlive());
        } else if (answer instanceof ChunkedStream stream && stream.begin()) {
            writer.writeStreamHead(head, stream);
            stream.start(new Chunks(head, stream));
        } else if (answer instanceof Exchange.Upgrade upgrade) {
            upgrade(upgrade);
        }
    }

    private void sendFull(RequestHead head, HttpResponse response) {
        int bytes = head.isHead() ? 0 : response.body().length;
        if (bytes <= SMALL_ANSWER_BYTES_MAX) {
            finish(writer.writeFull(head, response, head.keepAlive()), head.keepAlive());
            return;
        }
        if (!server.reserve(bytes)) {
            HttpResponse refusal = HttpResponse.text(
                            503,
                            "answer of " + bytes + " bytes: " + server.answerBytes()
                                    + " bytes wait for slow readers, answerBytesMax="
                                    + server.config().answerBytesMax())
                    .with("Retry-After", "1");
            finish(writer.writeFull(head, refusal, head.keepAlive()), head.keepAlive());
            return;
        }
        ChannelFuture written = writer.writeFull(head, response, head.keepAlive());
        written.addListener(done -> server.release(bytes));
        finish(written, head.keepAlive());
    }

    /** The last byte of the first exchange's answer is on its way. */
    private void finish(ChannelFuture written, boolean staysOpen) {
        exchanges.remove();
        clock.answerWritten();
        written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        if (staysOpen) {
            takeBacklog();
            return;
        }
        ending = true;
        inputEnded = true;
        dropBacklog();
        if (closedBy == null) {
            closedBy = ClosedBy.US;
        }
        if (refused) {
            written.addListener(done -> linger());
        } else {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Closes our half and reads on for a moment: closed under bytes unread, the peer would lose our answer. */
    private void linger() {
        if (channel.isActive()) {
            channel.config().setAutoRead(true);
            ChannelFuture unused = channel.shutdownOutput();
            NetworkThreads.executeLater(channel.eventLoop(), LINGER_MS, () -> Channels.close(channel));
        }
    }

    private void upgrade(Exchange.Upgrade upgrade) {
        writer.writeSwitch(upgrade.protocol());
        exchanges.clear();
        dropBacklog();
        clock.stop();
        FrameConnection frames = upgrade.connection();
        server.track(channel, frames::cut);
        frames.install();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.remove(this);
        pipeline.remove(tap);
        pipeline.remove(encoder);
        pipeline.remove(decoder); // last: bytes that it has not decoded go on to the frames
        channel.flush();
        frames.start();
    }

    private void flushSoon() {
        if (!flushScheduled) {
            flushScheduled = true;
            NetworkThreads.execute(channel.eventLoop(), () -> {
                flushScheduled = false;
                channel.flush();
            });
        }
    }

    // ---- for the exchanges

    ChunkedStream newStream(int status, Headers headers) {
        return new ChunkedStream(
                status, headers, channel.eventLoop(), server.config().outboxBytesMax(), () -> {
                    server.slowReadersCut().increment();
                    cut(ClosedBy.OUTBOX_FULL);
                });
    }

    FrameConnection newFrames(FrameListener listener) {
        return new FrameConnection(
                channel,
                server.config().bodyBytesMax(),
                server.config().outboxBytesMax(),
                server.slowReadersCut()::increment,
                listener);
    }

    /** Runs the task on the network thread, at once if this is it; the other one, here, if that thread has ended. */
    void onNetworkThread(Runnable task, Runnable otherwise) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
        } else if (!NetworkThreads.execute(channel.eventLoop(), task)) {
            otherwise.run();
        }
    }

    // ---- the end

    private void cut(ClosedBy by) {
        if (closedBy == null) {
            closedBy = by;
        }
        if (by == ClosedBy.OUTBOX_FULL) {
            LOG.warn(
                    "connection cut: peer={} reason=OUTBOX_FULL outboxBytesMax={}",
                    channel.remoteAddress(),
                    server.config().outboxBytesMax());
        }
        Channels.close(channel);
    }

    private ClosedBy endedBy() {
        return closedBy == null ? ClosedBy.PEER : closedBy;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        clock.stop();
        inputEnded = true;
        dropBacklog();
        for (Exchange exchange = exchanges.poll(); exchange != null; exchange = exchanges.poll()) {
            exchange.end(endedBy());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("connection failed: peer={}", channel.remoteAddress(), cause);
        cut(Disconnect.of(cause));
    }

    private void dropBacklog() {
        backlog.forEach(ReferenceCountUtil::release);
        backlog.clear();
    }

    /** Notes the time at which bytes come, before they are decoded. */
    private final class ArrivalTap extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (exchanges.isEmpty() && !inputEnded && channel.isWritable()) {
                clock.bytesArrived();
            }
            ctx.fireChannelRead(message);
        }
    }

    /** The records of a stream as chunks. */
    private final class Chunks implements Outbox.Sink {

        private final RequestHead head;
        private final ChunkedStream stream;

        Chunks(RequestHead head, ChunkedStream stream) {
            this.head = head;
            this.stream = stream;
        }

        @Override
        public ChannelFuture write(byte[] record) {
            return writer.writeChunk(record);
        }

        @Override
        public void flush() {
            channel.flush();
        }

        @Override
        public void ended() {
            ChannelFuture written = writer.writeLastChunk();
            written.addListener(done -> stream.ended(done.isSuccess() ? ClosedBy.US : endedBy()));
            finish(written, head.keepAlive() && !head.isHttp10());
            sendAnswers();
        }
    }
}
