package dev.polder.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection after its upgrade, the same on both sides. Reading and the listener belong to the network thread; sending
 * is for any thread.
 */
final class FrameConnection extends ChannelInboundHandlerAdapter implements UpgradedConnection {

    private static final Logger LOG = LoggerFactory.getLogger(FrameConnection.class);
    private static final int LENGTH_BYTES = 4;
    /** How long a peer may take for what was sent before the close. */
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private final Channel channel;
    private final int frameBytesMax;
    private final FrameListener listener;
    private final Outbox outbox;

    private final CompletableFuture<ClosedBy> end = new CompletableFuture<>();
    private @Nullable ClosedBy closedBy;

    /**
     * A connection that has yet to be installed.
     *
     * @param onOutboxFull called once, before the connection is cut for it
     */
    FrameConnection(
            Channel channel, int frameBytesMax, int outboxBytesMax, Runnable onOutboxFull, FrameListener listener) {
        this.channel = channel;
        this.frameBytesMax = frameBytesMax;
        this.listener = listener;
        Listeners.add(end, listener::onClosed);
        this.outbox = new Outbox(channel.eventLoop(), outboxBytesMax, () -> {
            onOutboxFull.run();
            cut(ClosedBy.OUTBOX_FULL);
        });
    }

    /** Takes the pipeline over, behind what is in it; the caller then removes its own handlers. Network thread. */
    void install() {
        channel.pipeline()
                .addLast(new LengthFieldBasedFrameDecoder(frameBytesMax, 0, LENGTH_BYTES, 0, LENGTH_BYTES))
                .addLast(this);
    }

    /** Begins to send; what was sent until now has waited. Network thread. */
    void start() {
        outbox.open(new Frames());
    }

    @Override
    public boolean send(byte[] frame) {
        if (frame.length > frameBytesMax) {
            throw new IllegalArgumentException("frame too large: " + frame.length + " > " + frameBytesMax);
        }
        return outbox.offer(frame);
    }

    @Override
    public void setReading(boolean on) {
        channel.config().setAutoRead(on);
    }

    @Override
    public void close() {
        outbox.end();
    }

    /** Closes at once, whatever waits. Network thread. */
    void cut(ClosedBy by) {
        if (closedBy == null) {
            closedBy = by;
        }
        if (by == ClosedBy.OUTBOX_FULL) {
            LOG.warn(
                    "connection cut: peer={} reason=OUTBOX_FULL waitingBytes={}",
                    channel.remoteAddress(),
                    outbox.bytes());
        }
        Channels.close(channel);
    }

    /** The connection has ended, or never began. Network thread. */
    void ended(ClosedBy by) {
        outbox.discard();
        end.complete(closedBy == null ? by : closedBy);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf frame = (ByteBuf) message;
        try {
            if (closedBy == null) {
                listener.onFrame(ByteBufUtil.getBytes(frame));
            }
        } catch (RuntimeException e) {
            LOG.error("connection closed: peer={} reason=the listener failed", channel.remoteAddress(), e);
            cut(ClosedBy.US);
        } finally {
            frame.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended(ClosedBy.PEER);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("connection failed: peer={}", channel.remoteAddress(), cause);
        cut(Disconnect.of(cause));
    }

    /** Each record with its length before it. */
    private final class Frames implements Outbox.Sink {

        @Override
        public ChannelFuture write(byte[] record) {
            ByteBuf length = channel.alloc().buffer(LENGTH_BYTES).writeInt(record.length);
            if (record.length == 0) {
                return channel.write(length);
            }
            Channels.write(channel, length);
            return channel.write(Unpooled.wrappedBuffer(record));
        }

        @Override
        public void flush() {
            channel.flush();
        }

        @Override
        public void ended() {
            if (closedBy == null) {
                closedBy = ClosedBy.US;
            }
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            NetworkThreads.executeLater(channel.eventLoop(), CLOSE_TIMEOUT_MS, () -> Channels.close(channel));
        }
    }
}
