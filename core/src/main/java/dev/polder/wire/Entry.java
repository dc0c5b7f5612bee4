package dev.polder.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.polder.wire.proto.Facts.Fact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of the cluster's log: facts that were decided together, and when.
 *
 * <pre>
 *  version (1) | cluster time in ms (8, big endian) | { length (varint) | space (1) | fact }*
 * </pre>
 *
 * <p>The length counts the space and the fact. Spaces share the log: 0 is the master's, 1 the recipes', whose facts are
 * theirs to read.
 *
 * @param clusterTimeMs the cluster's own monotonic time
 * @param facts of the master's space
 * @param commands of the recipes' space
 */
public record Entry(long clusterTimeMs, List<Fact> facts, List<byte[]> commands) {
    private static final byte VERSION = 1;
    private static final byte MASTER_SPACE = 0;
    private static final byte RECIPE_SPACE = 1;
    private static final int HEADER_BYTES = 1 + Long.BYTES;

    /** An entry of the master's facts alone. */
    public Entry(long clusterTimeMs, List<Fact> facts) {
        this(clusterTimeMs, facts, List.of());
    }

    /** Returns how many bytes a fact takes in an entry. */
    public static int bytesOf(Fact fact) {
        return bytesOf(fact.getSerializedSize());
    }

    /** Returns how many bytes a command of the recipes takes in an entry. */
    public static int bytesOf(byte[] command) {
        return bytesOf(command.length);
    }

    private static int bytesOf(int contentBytes) {
        int length = 1 + contentBytes;
        return CodedOutputStream.computeUInt32SizeNoTag(length) + length;
    }

    /** Returns the entry's bytes. */
    public byte[] encode() {
        int size = HEADER_BYTES;
        for (Fact fact : facts) {
            size += bytesOf(fact);
        }
        for (byte[] command : commands) {
            size += bytesOf(command);
        }
        byte[] bytes = new byte[size];
        ByteBuffer.wrap(bytes).put(VERSION).putLong(clusterTimeMs);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, HEADER_BYTES, size - HEADER_BYTES);
        try {
            for (Fact fact : facts) {
                out.writeUInt32NoTag(1 + fact.getSerializedSize());
                out.write(MASTER_SPACE);
                fact.writeTo(out);
            }
            for (byte[] command : commands) {
                out.writeUInt32NoTag(1 + command.length);
                out.write(RECIPE_SPACE);
                out.writeRawBytes(command);
            }
            out.checkNoSpaceLeft();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes;
    }

    /**
     * Reads an entry.
     *
     * @throws IllegalArgumentException if the bytes are none, or of a newer version; says what was found
     */
    public static Entry decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /**
     * Reads an entry from position to limit; keeps nothing of the buffer.
     *
     * @throws IllegalArgumentException as {@link #decode(byte[])}
     */
    public static Entry decode(ByteBuffer bytes) {
        ByteBuffer header = bytes.duplicate();
        if (header.remaining() < HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "log entry: " + header.remaining() + " bytes, at least " + HEADER_BYTES + " needed");
        }
        byte version = header.get();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "log entry: version " + version + ", this program reads version " + VERSION);
        }
        long clusterTimeMs = header.getLong();
        List<Fact> facts = new ArrayList<>();
        List<byte[]> commands = new ArrayList<>(0);
        CodedInputStream in = CodedInputStream.newInstance(header);
        try {
            while (!in.isAtEnd()) {
                int length = in.readUInt32();
                if (length < 1) {
                    throw new IllegalArgumentException("log entry: fact of " + length + " bytes, at least 1 needed");
                }
                int limit = in.pushLimit(length);
                byte space = in.readRawByte();
                if (space == MASTER_SPACE) {
                    facts.add(Fact.parseFrom(in));
                } else if (space == RECIPE_SPACE) {
                    commands.add(in.readRawBytes(length - 1));
                } else {
                    throw new IllegalArgumentException("log entry: space " + space + " is not known");
                }
                in.popLimit(limit);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("log entry: " + e.getMessage(), e);
        }
        return new Entry(clusterTimeMs, List.copyOf(facts), List.copyOf(commands));
    }
}
