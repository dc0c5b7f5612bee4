package dev.polder.raft.recipe;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An entry of a log that the recipes have for themselves, in the form that masters give theirs:
 *
 * <pre>
 *  version (1) | cluster time in ms (8, big endian) | { length (varint) | space (1) | command }*
 * </pre>
 *
 * <p>The length counts the space and the command.
 */
record EntryFrame(long clusterTimeMs, List<byte[]> commands) {
    static final int HEAD_BYTES = 1 + Long.BYTES;
    /** The length of a command takes no more. */
    static final int LENGTH_BYTES_MAX = 5;
    /** Of the spaces that share a log, that of the recipes. */
    static final byte SPACE = 1;

    private static final byte VERSION = 1;
    private static final int GROUP_BITS = 7;
    private static final int GROUP_MASK = 0x7f;

    /** Returns how many bytes a command takes at most. */
    static int bytesOf(byte[] command) {
        return LENGTH_BYTES_MAX + 1 + command.length;
    }

    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(VERSION);
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(clusterTimeMs).array());
        for (byte[] command : commands) {
            int length = 1 + command.length;
            while (length > GROUP_MASK) {
                out.write((length & GROUP_MASK) | ~GROUP_MASK);
                length >>>= GROUP_BITS;
            }
            out.write(length);
            out.write(SPACE);
            out.writeBytes(command);
        }
        return out.toByteArray();
    }

    /**
     * Reads an entry.
     *
     * @throws IllegalArgumentException if the bytes are none, or of a newer version, or of another space; says what was
     *     found
     */
    static EntryFrame decode(byte[] bytes) {
        if (bytes.length < HEAD_BYTES) {
            throw new IllegalArgumentException(
                    "log entry: " + bytes.length + " bytes, at least " + HEAD_BYTES + " needed");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte version = in.get();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "log entry: version " + version + ", this program reads version " + VERSION);
        }
        long clusterTimeMs = in.getLong();
        List<byte[]> commands = new ArrayList<>();
        while (in.hasRemaining()) {
            int length = readLength(in);
            if (length < 1 || length > in.remaining()) {
                throw new IllegalArgumentException("log entry: command of " + Integer.toUnsignedLong(length)
                        + " bytes, " + in.remaining() + " are left");
            }
            byte space = in.get();
            if (space != SPACE) {
                throw new IllegalArgumentException("log entry: space " + space + ", of the recipes is " + SPACE);
            }
            int begin = in.position();
            in.position(begin + length - 1);
            commands.add(Arrays.copyOfRange(bytes, begin, in.position()));
        }
        return new EntryFrame(clusterTimeMs, commands);
    }

    private static int readLength(ByteBuffer in) {
        int length = 0;
        for (int shift = 0; shift < LENGTH_BYTES_MAX * GROUP_BITS && in.hasRemaining(); shift += GROUP_BITS) {
            byte group = in.get();
            length |= (group & GROUP_MASK) << shift;
            if (group >= 0) {
                return length;
            }
        }
        throw new IllegalArgumentException("log entry: a length has no end");
    }
}
