package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Messages that may be longer than a frame: cut into pieces, each with the number of those that follow, and put together
 * again at the other end. Owned by the thread of the connection.
 */
final class MessagePieces {
    private static final int PIECE_BYTES = ClientMessage.BODY_BYTES_MAX;

    private final String thing;
    private final int bytesMax;
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    /** Of the message that has begun; 0 if none has. */
    private long expected;

    /**
     * Puts together what comes on one connection.
     *
     * @param thing what such a message is, for people
     * @param bytesMax of a whole message
     */
    MessagePieces(String thing, int bytesMax) {
        this.thing = thing;
        this.bytesMax = bytesMax;
    }

    /** Writes the frames of a message behind what is there already. */
    static void write(ByteBuf out, byte[] message, Function<byte[], ClientMessage> kind) {
        int following = message.length == 0 ? 0 : (message.length - 1) / PIECE_BYTES;
        if (following == 0) {
            WireCodec.write(out, new WireFrame(0, kind.apply(message)));
            return;
        }
        for (int begin = 0; begin < message.length; begin += PIECE_BYTES) {
            byte[] piece = Arrays.copyOfRange(message, begin, Math.min(message.length, begin + PIECE_BYTES));
            WireCodec.write(out, new WireFrame(following--, kind.apply(piece)));
        }
    }

    /** Takes a piece; returns the message if it is the last one, null if more follow. */
    byte @Nullable [] add(long following, byte[] piece) throws BadFrameException {
        if (expected == 0 && following == 0) {
            return checked(piece.length, piece);
        }
        if (expected != 0 && following != expected - 1) {
            throw new BadFrameException(
                    thing + ": " + following + " pieces follow, where " + (expected - 1) + " were to");
        }
        if (following < 0 || following > bytesMax / PIECE_BYTES) {
            throw new BadFrameException(
                    thing + ": " + following + " pieces follow, at most " + bytesMax / PIECE_BYTES + " may");
        }
        checked(gathered.size() + piece.length, piece);
        gathered.writeBytes(piece);
        expected = following;
        if (following > 0) {
            return null;
        }
        byte[] message = gathered.toByteArray();
        gathered.reset();
        return message;
    }

    private byte[] checked(int bytes, byte[] piece) throws BadFrameException {
        if (bytes > bytesMax) {
            throw new BadFrameException(thing + " of " + bytes + " bytes, at most " + bytesMax);
        }
        return piece;
    }
}
