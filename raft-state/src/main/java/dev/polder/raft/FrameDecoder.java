package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts what comes in into {@link WireFrame}s. After the first that is none it reads nothing more: the place of the next
 * one is not known. Keeps at most one frame, of at most {@link #bytesMax}, and what came behind it in one read.
 */
final class FrameDecoder extends ByteToMessageDecoder {
    /** How a handshake and an alert of TLS begin, where a frame has its length. */
    private static final int TLS_HANDSHAKE = 0x1603;

    private static final int TLS_ALERT = 0x1503;

    private final WireCounters counters;
    private int bytesMax;
    private boolean broken;

    FrameDecoder(WireCounters counters, int bytesMax) {
        this.counters = counters;
        this.bytesMax = bytesMax;
    }

    /** Takes larger frames from here on. */
    void bytesMax(int max) {
        bytesMax = max;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws BadFrameException {
        if (broken) {
            in.skipBytes(in.readableBytes());
        } else if (in.readableBytes() >= WireCodec.LENGTH_BYTES) {
            int length = checked(in.getInt(in.readerIndex()));
            if (in.readableBytes() >= WireCodec.LENGTH_BYTES + length) {
                in.skipBytes(WireCodec.LENGTH_BYTES);
                counters.bytesReceived.add(WireCodec.LENGTH_BYTES + length);
                out.add(decoded(in.readSlice(length)));
            }
        }
    }

    private int checked(int length) throws BadFrameException {
        try {
            check(length, bytesMax);
            return length;
        } catch (BadFrameException e) {
            broken = true;
            throw e;
        }
    }

    /** Checks what a frame says of its length. */
    static void check(int length, int bytesMax) throws BadFrameException {
        if (length >>> Short.SIZE == TLS_HANDSHAKE || length >>> Short.SIZE == TLS_ALERT) {
            throw new BadFrameException(WireSecurity.REFUSAL);
        }
        if (length < WireCodec.HEAD_BYTES || length > bytesMax - WireCodec.LENGTH_BYTES) {
            throw new BadFrameException("a frame of " + (WireCodec.LENGTH_BYTES + Integer.toUnsignedLong(length))
                    + " bytes, must have " + (WireCodec.LENGTH_BYTES + WireCodec.HEAD_BYTES) + " to " + bytesMax);
        }
    }

    private WireFrame decoded(ByteBuf frame) throws BadFrameException {
        try {
            return WireCodec.decode(frame);
        } catch (BadFrameException e) {
            broken = true;
            throw e;
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws BadFrameException {
        if (!broken && in.isReadable()) {
            throw new BadFrameException(
                    "cut off: the connection ended after " + in.readableBytes() + " bytes of a frame");
        }
    }
}
