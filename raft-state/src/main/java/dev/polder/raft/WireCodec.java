package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Between frames and messages. Big-endian:
 *
 * <pre>
 *   0  length      u32  bytes behind this field
 *   4  version     u8   of the kind
 *   5  kind        u8   see MessageKind
 *   6  request id  u64
 *  14  body             see GreetingCodec, PeerRequestCodec, PeerResponseCodec, ClientCodec
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
            write(out, frame);
            return out;
        } catch (RuntimeException | Error e) {
            out.release();
            throw e;
        }
    }

    /** Writes a whole frame behind what is there already. */
    static void write(ByteBuf out, WireFrame frame) {
        int begin = out.writerIndex();
        out.writeInt(0)
                .writeByte(MessageKind.VERSION)
                .writeByte(frame.message().kind().code())
                .writeLong(frame.requestId());
        writeBody(out, frame.message());
        out.setInt(begin, out.writerIndex() - begin - LENGTH_BYTES);
    }

    private static void writeBody(ByteBuf out, WireMessage message) {
        if (message instanceof PeerRequest request) {
            PeerRequestCodec.write(out, request);
        } else if (message instanceof PeerResponse response) {
            PeerResponseCodec.write(out, response);
        } else if (message instanceof Greeting greeting) {
            GreetingCodec.write(out, greeting);
        } else {
            ClientCodec.write(out, (ClientMessage) message);
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
            case HELLO, WELCOME, REFUSED, LOCATE, LOCATED, CHALLENGE, PROOF -> GreetingCodec.read(kind, in);
            case APPEND, POLL, VOTE, FORCED_VOTE, TIMEOUT_NOW, INSTALL, FETCH, CATCH_UP, REMOVED ->
                PeerRequestCodec.read(kind, in);
            case APPENDED, POLLED, VOTED, FAILED, INSTALLING, PIECE, CAUGHT, DONE -> PeerResponseCodec.read(kind, in);
            case CLIENT_HELLO, CLIENT_WELCOME, CLIENT_MOVED, CLIENT_MEMBERS, CALL, PUSH -> ClientCodec.read(kind, in);
        };
    }

    static void writeBytes(ByteBuf out, byte[] bytes) {
        out.writeInt(bytes.length).writeBytes(bytes);
    }

    static void writeUuid(ByteBuf out, UUID uuid) {
        out.writeLong(uuid.getMostSignificantBits()).writeLong(uuid.getLeastSignificantBits());
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
