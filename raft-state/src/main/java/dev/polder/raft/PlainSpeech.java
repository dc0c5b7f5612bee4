package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLException;

/**
 * Tells a caller who does not speak TLS that this end does, in the frames that he speaks; below TLS, until the first byte
 * has come. Owned by the thread of the connection.
 */
final class PlainSpeech extends ChannelInboundHandlerAdapter {
    /** Begins every record of a TLS handshake. A frame begins with its length, which is less. */
    private static final int TLS_HANDSHAKE = 22;

    private boolean refused;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!refused && bytes.getByte(bytes.readerIndex()) == TLS_HANDSHAKE) {
            ctx.fireChannelRead(message);
            ctx.pipeline().remove(this);
            return;
        }
        ReferenceCountUtil.release(message);
        if (!refused) {
            refused = true;
            WireFrame refusal = new WireFrame(0, new Greeting.Refused(WireSecurity.REFUSAL));
            ChannelFuture unused =
                    ctx.writeAndFlush(WireCodec.encode(ctx.alloc(), refusal)).addListener(ChannelFutureListener.CLOSE);
            ChannelHandlerContext unusedContext =
                    ctx.fireExceptionCaught(new DecoderException(new SSLException("the caller does not speak TLS")));
        }
    }
}
