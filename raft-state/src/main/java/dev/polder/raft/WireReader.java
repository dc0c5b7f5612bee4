package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Reads the parts of a frame and believes none of them. Every problem is a {@link BadFrameException}. */
final class WireReader {
    /** A higher term or index is none that a group reaches; so sums of them do not overflow. */
    static final long NUMBER_MAX = 1L << 60;

    private final ByteBuf in;

    WireReader(ByteBuf in) {
        this.in = in;
    }

    private void need(String what, int bytes) throws BadFrameException {
        if (in.readableBytes() < bytes) {
            throw new BadFrameException("cut off: " + what + " needs " + bytes + " bytes, " + in.readableBytes()
                    + " are left in the frame");
        }
    }

    byte u8(String what) throws BadFrameException {
        need(what, Byte.BYTES);
        return in.readByte();
    }

    int u16(String what) throws BadFrameException {
        need(what, Short.BYTES);
        return in.readUnsignedShort();
    }

    int i32(String what) throws BadFrameException {
        need(what, Integer.BYTES);
        return in.readInt();
    }

    long i64(String what) throws BadFrameException {
        need(what, Long.BYTES);
        return in.readLong();
    }

    /** Reads a term or an index. */
    long number(String what) throws BadFrameException {
        long number = i64(what);
        if (number < 0 || number > NUMBER_MAX) {
            throw new BadFrameException(what + " " + number + " is not in 0.." + NUMBER_MAX);
        }
        return number;
    }

    /** Reads a number that is at least 1. */
    long positive(String what) throws BadFrameException {
        long number = number(what);
        if (number < 1) {
            throw new BadFrameException(what + " " + number + " is none");
        }
        return number;
    }

    /** Reads a term of somebody who takes part in it. */
    long term() throws BadFrameException {
        return positive("term");
    }

    UUID uuid(String what) throws BadFrameException {
        return new UUID(i64(what), i64(what));
    }

    GroupId group() throws BadFrameException {
        return new GroupId(uuid("group"));
    }

    boolean flag(String what) throws BadFrameException {
        byte flag = u8(what);
        if (flag != 0 && flag != 1) {
            throw new BadFrameException(what + " is " + flag + ", must be 0 or 1");
        }
        return flag == 1;
    }

    /** Reads a number of things of which each takes a few bytes at least, so that nobody makes us reserve room for more than came. */
    int count(String what, int bytesMin, int max) throws BadFrameException {
        need(what, Integer.BYTES);
        int count = in.readInt();
        if (count < 0 || count > max || (long) count * bytesMin > in.readableBytes()) {
            throw new BadFrameException(what + ": " + Integer.toUnsignedLong(count) + ", must be at most " + max
                    + " and fit into the " + in.readableBytes() + " bytes that are left in the frame");
        }
        return count;
    }

    byte[] bytes(String what, int max) throws BadFrameException {
        byte[] bytes = new byte[count(what, 1, max)];
        in.readBytes(bytes);
        return bytes;
    }

    /** Reads bytes whose number is known. */
    byte[] fixed(String what, int length) throws BadFrameException {
        need(what, length);
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    String text(String what, int bytesMin, int bytesMax) throws BadFrameException {
        int length = u16(what);
        if (length < bytesMin || length > bytesMax) {
            throw new BadFrameException(what + " has " + length + " bytes, must have " + bytesMin + " to " + bytesMax);
        }
        need(what, length);
        ByteBuffer utf8 = in.nioBuffer(in.readerIndex(), length);
        in.skipBytes(length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new BadFrameException(what + " is not UTF-8");
        }
    }

    void end() throws BadFrameException {
        if (in.isReadable()) {
            throw new BadFrameException(in.readableBytes() + " bytes follow the message");
        }
    }
}
