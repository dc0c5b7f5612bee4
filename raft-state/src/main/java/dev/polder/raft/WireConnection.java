package dev.polder.raft;

import io.atomix.utils.concurrent.Scheduled;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection: frames in and out, the time limit for the introduction, and the ways to its end. Owned by the
 * thread of its loop.
 *
 * <pre>
 *   open ──introduced──► known
 *     └──────refuse, bad frame, late, close───────► ended, told once
 * </pre>
 */
abstract class WireConnection extends ChannelInboundHandlerAdapter {
    /** What is taken from somebody who has not introduced himself. */
    static final int STRANGER_FRAME_BYTES_MAX = 8 << 10;
    /** What is taken from a member: one entry of the largest size, or many small ones, and room for what is around. */
    static final int MEMBER_FRAME_BYTES_MAX = 2 << 20;

    /** How long a stranger may stay one. */
    static final int HANDSHAKE_MS_MAX = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final RaftThread thread;
    private final WireCounters counters;
    private final FrameDecoder decoder;
    private @Nullable Channel channel;
    private @Nullable Scheduled handshakeLimit;
    private boolean proved = true;
    private boolean over;
    private boolean heardNonsense;

    WireConnection(RaftThread thread, WireCounters counters) {
        this.thread = thread;
        this.counters = counters;
        decoder = new FrameDecoder(counters, STRANGER_FRAME_BYTES_MAX);
    }

    /**
     * Assembles a connection.
     *
     * @param below what lies between the socket and the frames; null for nothing
     */
    final void install(Channel into, @Nullable ChannelHandler below) {
        channel = into;
        if (below != null) {
            proved = false;
            into.pipeline().addLast(below);
        }
        into.pipeline().addLast(decoder, this);
    }

    // ---- what a subclass decides

    /** The connection stands, and the other end has proved what it had to: something may be said. */
    void ready() {}

    /** A frame has come. */
    abstract void received(WireFrame frame);

    /** One of the ends did not prove what the other asks for. The connection ends. */
    void notProved() {}

    /** All that came was handled, nothing more will. Called once. */
    abstract void ended();

    // ---- what it may do

    /** Tells whether the other end said what has no place here. */
    final boolean heardNonsense() {
        return heardNonsense;
    }

    /** Tells whether this end was closed, or will be; from then on nothing is heard. */
    final boolean isOver() {
        return over;
    }

    /** Returns how many bytes may still be given to this connection to wait. */
    final long room() {
        Channel current = channel;
        return current == null ? 0 : current.bytesBeforeUnwritable();
    }

    /** The other end has said who it is: its frames may be larger, and it has all the time it wants. */
    final void introduced(int frameBytesMax) {
        decoder.bytesMax(frameBytesMax);
        cancelLimit();
    }

    /** Sets whether more is read for now; so who says too much at once has to wait. */
    final void listen(boolean on) {
        Channel current = channel;
        if (current != null) {
            current.config().setAutoRead(on);
        }
    }

    /** Returns a frame in bytes; it must be sent or released. */
    final ByteBuf encode(long requestId, WireMessage message) {
        Channel current = channel;
        if (current == null) {
            throw new IllegalStateException("nothing is said before there is a connection");
        }
        return WireCodec.encode(current.alloc(), new WireFrame(requestId, message));
    }

    /** Sends what was encoded; if that fails the connection ends, and that is where it is dealt with. */
    final ChannelFuture send(ByteBuf frame) {
        ChannelFuture sent = sendLater(frame);
        flush();
        return sent;
    }

    /** Sends what was encoded, at the latest with the next {@link #flush()}. */
    final ChannelFuture sendLater(ByteBuf frames) {
        Channel current = channel;
        if (current == null) {
            throw new IllegalStateException("nothing is said before there is a connection");
        }
        counters.bytesSent.add(frames.readableBytes());
        return current.write(frames);
    }

    final void flush() {
        Channel current = channel;
        if (current != null) {
            Channel unused = current.flush();
        }
    }

    /** Returns an empty buffer for frames that are sent together; it must be sent or released. */
    final ByteBuf buffer() {
        Channel current = channel;
        if (current == null) {
            throw new IllegalStateException("nothing is said before there is a connection");
        }
        return current.alloc().buffer();
    }

    final void say(long requestId, WireMessage message) {
        ChannelFuture unused = send(encode(requestId, message));
    }

    /** Says why this is the end, ends it, and hears nothing more. */
    final void turnAway(String reason) {
        part(new Greeting.Refused(reason));
    }

    /** Says a last word, ends it, and hears nothing more. */
    final void part(WireMessage lastWord) {
        Channel current = channel;
        if (over || current == null) {
            return;
        }
        over = true;
        if (!current.isWritable()) {
            ChannelFuture unused = current.close();
        } else {
            ChannelFuture unused = send(encode(0, lastWord)).addListener(ChannelFutureListener.CLOSE);
            // who does not even read that is not waited for
            cancelLimit();
            handshakeLimit = thread.schedule(Duration.ofMillis(HANDSHAKE_MS_MAX), this::close);
        }
    }

    final void close() {
        over = true;
        Channel current = channel;
        if (current != null) {
            ChannelFuture unused = current.close();
        }
    }

    /** A frame that has no place here. */
    final void badFrame(String why) {
        heardNonsense = true;
        counters.framesRefused.increment();
        if (WireCounters.isWorthALine(counters.framesRefused)) {
            LOG.warn("event=frame_refused peer={} count={} reason='{}'", this, counters.framesRefused.sum(), why);
        }
        turnAway(why);
        if (why.equals(WireSecurity.REFUSAL)) {
            notProved();
        }
    }

    // ---- what happens

    @Override
    public final void channelActive(ChannelHandlerContext ctx) {
        counters.connections.increment();
        handshakeLimit = thread.schedule(Duration.ofMillis(HANDSHAKE_MS_MAX), this::late);
        if (proved) {
            ready();
        }
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == WireSecurity.Event.PROVED && !over) {
            proved = true;
            ready();
        }
    }

    private void late() {
        counters.handshakesLate.increment();
        if (WireCounters.isWorthALine(counters.handshakesLate)) {
            LOG.warn(
                    "event=handshake_late peer={} count={} handshakeMsMax={}",
                    this,
                    counters.handshakesLate.sum(),
                    HANDSHAKE_MS_MAX);
        }
        close();
    }

    private void cancelLimit() {
        Scheduled limit = handshakeLimit;
        if (limit != null) {
            limit.cancel();
            handshakeLimit = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (!over) {
            received((WireFrame) frame);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        counters.connections.decrement();
        cancelLimit();
        ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof BadFrameException bad) {
            // before that, whatever it is, it is not what is asked for
            badFrame(proved ? String.valueOf(bad.getMessage()) : WireSecurity.REFUSAL);
            return;
        }
        if (cause instanceof DecoderException && cause.getCause() instanceof SSLException tls) {
            tlsFailed(tls);
        } else if (cause instanceof IOException) {
            LOG.debug("event=connection_failed peer={} reason='{}'", this, cause.toString());
        } else {
            LOG.error("event=connection_failed peer={}", this, cause);
        }
        close();
    }

    private void tlsFailed(SSLException cause) {
        heardNonsense = true;
        counters.handshakesRefused.increment();
        if (WireCounters.isWorthALine(counters.handshakesRefused)) {
            LOG.warn(
                    "event=tls_failed peer={} count={} reason='{}'",
                    this,
                    counters.handshakesRefused.sum(),
                    Refusals.oneLine(String.valueOf(cause.getMessage())));
        }
        notProved();
    }

    /** Returns why the other end, which has called, is not the member that it says, by its certificate; null if it may be. */
    final @Nullable String certificateObjection(String member) {
        Channel current = channel;
        SslHandler tls = current == null ? null : current.pipeline().get(SslHandler.class);
        return tls == null ? null : TlsLayer.objection(tls.engine().getSession(), member);
    }

    /** Returns who is at the other end, for people. */
    @Override
    public String toString() {
        Channel current = channel;
        return current == null ? "nobody" : String.valueOf(current.remoteAddress());
    }
}
