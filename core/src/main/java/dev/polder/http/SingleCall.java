package dev.polder.http;

import dev.polder.http.HttpCallException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request with a connection of its own. Until the head of its answer has come it can fail; what comes after that is the
 * concern of its kinds. Owned by the connection's network thread.
 */
abstract sealed class SingleCall<T> extends ChannelInboundHandlerAdapter permits StreamCall, UpgradeCall {

    private static final Logger LOG = LoggerFactory.getLogger(SingleCall.class);

    private final ClientContext client;
    private final ClientRequest request;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    private @Nullable Channel channel;
    private boolean sent;
    private @Nullable ClosedBy closedBy;

    SingleCall(ClientContext client, ClientRequest request) {
        this.client = client;
        this.request = request;
    }

    /** Takes the next part of the answer. */
    abstract void take(Channel from, HttpObject part) throws ResponseCollector.BadAnswer;

    /** Learns of the connection's end, after the call has succeeded. */
    abstract void ended(ClosedBy by);

    /** Connects and sends; any thread. */
    CompletableFuture<T> start(EventLoop loop) {
        if (!NetworkThreads.execute(loop, () -> connect(loop))) {
            fail(Reason.CLIENT_CLOSED, "the client is closed", null);
        }
        return result;
    }

    private void connect(EventLoop loop) {
        if (client.isStopped()) {
            fail(Reason.CLIENT_CLOSED, "the client is closed", null);
            return;
        }
        channel = client.connect(
                loop,
                request.to(),
                this,
                this::cut,
                cause -> fail(Reason.NOT_CONNECTED, "not connected: " + cause.getMessage(), cause));
    }

    /** The answer's head is there and is what was wanted. */
    void succeed(T value) {
        if (!result.complete(value)) {
            cut(ClosedBy.US); // cancelled meanwhile
        }
    }

    /** There will be no answer, or not the one that was wanted. */
    void fail(IOException why) {
        result.completeExceptionally(why);
        close();
    }

    private void fail(Reason reason, String why, @Nullable Throwable cause) {
        fail(new HttpCallException(reason, sent, request + ": " + why, cause));
    }

    /** Ends the connection, whatever the state of the call. */
    void cut(ClosedBy by) {
        if (closedBy == null) {
            closedBy = by;
        }
        if (!result.isDone()) {
            fail(Reason.CLIENT_CLOSED, "the client is closed", null);
        }
        close();
    }

    private void close() {
        Channel open = channel;
        if (open != null) {
            Channels.close(open);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (result.isDone()) {
            Channels.close(ctx.channel());
            return;
        }
        sent = true;
        Channels.write(ctx.channel(), request.encode());
        ctx.flush();
        NetworkThreads.executeLater(
                ctx.executor(), client.config().requestTimeout().toMillis(), () -> {
                    if (!result.isDone()) {
                        fail(
                                Reason.TIMED_OUT,
                                "no answer after requestTimeout="
                                        + client.config().requestTimeout(),
                                null);
                    }
                });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (closedBy == null) {
                take(ctx.channel(), (HttpObject) message);
            }
        } catch (ResponseCollector.BadAnswer e) {
            if (result.isDone()) {
                LOG.warn("stream ended: request={} reason={}", request, e.getMessage());
                cut(ClosedBy.IO_ERROR);
            } else {
                fail(Reason.BAD_ANSWER, String.valueOf(e.getMessage()), null);
            }
        } catch (RuntimeException e) {
            LOG.error("stream ended: request={} reason=the listener failed", request, e);
            cut(ClosedBy.US);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (result.isDone()) {
            ended(closedBy == null ? ClosedBy.PEER : closedBy);
        } else {
            fail(Reason.CONNECTION_LOST, "the connection was closed before the answer came", null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!result.isDone()) {
            fail(Reason.CONNECTION_LOST, "the connection failed: " + cause.getMessage(), cause);
        } else {
            cut(Disconnect.of(cause));
        }
    }
}
