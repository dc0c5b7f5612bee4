package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * Between frames and messages. Big-endian:
 *
 * <pre>
 *   0  length      u32  bytes behind this field
 *   4  version     u8   of the kind
 *   5  kind        u8   see MessageKind
 *   6  request id  u64
 *  14  body             see GreetingCodec and PeerCodec
 * </pre>
 *
 * <p>Texts are a u16 length and UTF-8. A frame has no checksum of its own: TCP has one, and so has each entry once it is
 * in the log.
 */
final class WireCodec {
    static final int LENGTH_BYTES = Integer.BYTES;
    static final int HEAD_BYTES = 2 * Byte.BYTES + Long.BYTES;
    /** A longer reason is cut; so it fits into what a connection takes before it knows its peer. */
    private static final int REASON_CHARS_MAX = 2_000;

    static final int REASON_BYTES_MAX = 3 * REASON_CHARS_MAX;

    private WireCodec() {}

    /** Returns the whole frame; the caller releases it. */
    static ByteBuf encode(ByteBufAllocator allocator, WireFrame frame) {
        ByteBuf out = allocator.buffer();
        try {
            out.writeInt(0)
                    .writeByte(MessageKind.VERSION)
                    .writeByte(kind(frame.message()).code())
                    .writeLong(frame.requestId());
            writeBody(out, frame.message());
            return out.setInt(0, out.readableBytes() - LENGTH_BYTES);
        } catch (RuntimeException | Error e) {
            out.release();
            throw e;
        }
    }

    private static MessageKind kind(WireMessage message) {
        if (message instanceof Greeting greeting) {
            return GreetingCodec.kind(greeting);
        }
        if (message instanceof PeerRequest request) {
            return PeerCodec.kind(request);
        }
        return PeerCodec.kind((PeerResponse) message);
    }

    private static void writeBody(ByteBuf out, WireMessage message) {
        if (message instanceof Greeting greeting) {
            GreetingCodec.write(out, greeting);
        } else if (message instanceof PeerRequest request) {
            PeerCodec.write(out, request);
        } else {
            PeerCodec.write(out, (PeerResponse) message);
        }
    }

    /** Reads a frame without its length; all of it must be of use. */
    static WireFrame decode(ByteBuf frame) throws BadFrameException {
        WireReader in = new WireReader(frame);
        MessageKind kind = MessageKind.of(in.u8("version"), in.u8("kind"));
        long requestId = in.i64("request id");
        WireMessage message = readBody(kind, in);
        in.end();
        return new WireFrame(requestId, message);
    }

    private static WireMessage readBody(MessageKind kind, WireReader in) throws BadFrameException {
        return switch (kind) {
            case HELLO, WELCOME, REFUSED, LOCATE, LOCATED -> GreetingCodec.read(kind, in);
            case APPEND, POLL, VOTE -> PeerCodec.readRequest(kind, in);
            case APPENDED, POLLED, VOTED, FAILED -> PeerCodec.readResponse(kind, in);
        };
    }

    static void writeText(ByteBuf out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(utf8.length).writeBytes(utf8);
    }

    static void writeReason(ByteBuf out, String reason) {
        int length = Math.min(reason.length(), REASON_CHARS_MAX);
        out.writeShort(ByteBufUtil.utf8Bytes(reason, 0, length));
        ByteBufUtil.writeUtf8(out, reason.subSequence(0, length));
    }
}
