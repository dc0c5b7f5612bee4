package dev.polder.raft;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How a snapshot lies in its file, which travels to other members as it is. Big-endian:
 *
 * <pre>
 *   head   0  "PLDRSNAP"       8 bytes
 *          8  format version   u32
 *         12  checksum         u32   CRC32C of all other bytes of the head
 *         16  length           u32   bytes of the head behind this field
 *         20  index, term      u64 each, of the last entry whose effects are in the state
 *         36  unique           16 bytes
 *         52  leader time      u64   milliseconds
 *         60  members' index   u64
 *         68  members          see MembersCodec, version 2
 *   piece  0  length           u32   bytes of state, at least 1
 *          4  checksum         u32   CRC32C of index, term, unique, the piece's place in the file, and the bytes
 *          8  bytes of the state
 *   end    0  zero             u32
 *          4  checksum         u32   as of a piece
 *          8  bytes of state   u64
 *         16  pieces           u64
 * </pre>
 *
 * <p>Every piece but the last has {@link #PIECE_BYTES}, its own head included, so that their places follow from the
 * size of head and file. Head, pieces and end are the parts that are read, sent and checked one by one.
 */
final class SnapshotFormat {
    static final int PIECE_BYTES = PeerRequest.PIECE_BYTES_MAX;
    static final int PIECE_HEAD_BYTES = 8;
    static final int END_BYTES = 24;

    private static final long MAGIC = 0x504C_4452_534E_4150L;
    private static final int VERSION = 1;
    private static final int VERSION_AT = 8;
    private static final int CHECKSUM_AT = 12;
    private static final int LENGTH_AT = 16;
    private static final int INDEX_AT = 20;
    private static final int MEMBERS_AT = 68;

    private SnapshotFormat() {}

    static byte[] encode(SnapshotHead head) {
        byte[] members = MembersCodec.encode(EntryKind.MEMBERS, head.members());
        ByteBuffer bytes = ByteBuffer.allocate(MEMBERS_AT + members.length);
        bytes.putLong(MAGIC).putInt(VERSION).putInt(0).putInt(bytes.capacity() - INDEX_AT);
        putId(bytes, head.id());
        bytes.putLong(head.leaderTimeMs()).putLong(head.membersIndex()).put(members);
        return bytes.putInt(CHECKSUM_AT, headChecksum(bytes.flip())).array();
    }

    /**
     * Returns how long the head is that begins so.
     *
     * @throws IOException if that is none, or of a later version
     */
    static int headBytes(ByteBuffer start) throws IOException {
        if (start.limit() < MEMBERS_AT) {
            throw new IOException("it has " + start.limit() + " bytes, the head alone has more");
        }
        if (start.getLong(0) != MAGIC) {
            throw new IOException("it is no snapshot");
        }
        if (start.getInt(VERSION_AT) != VERSION) {
            throw new IOException(
                    "format version is " + start.getInt(VERSION_AT) + ", this software knows up to " + VERSION);
        }
        int length = start.getInt(LENGTH_AT);
        if (length < MEMBERS_AT - INDEX_AT || length > PIECE_BYTES - INDEX_AT) {
            throw new IOException("the head says that it has " + Integer.toUnsignedLong(length) + " bytes more");
        }
        return INDEX_AT + length;
    }

    /** @throws IOException if these bytes are not exactly a head */
    static SnapshotHead decode(ByteBuffer head) throws IOException {
        if (headBytes(head) != head.limit() || head.getInt(CHECKSUM_AT) != headChecksum(head)) {
            throw new IOException("the head's checksum does not fit");
        }
        ByteBuffer body = head.duplicate().position(INDEX_AT);
        try {
            SnapshotId id = new SnapshotId(body.getLong(), body.getLong(), new UUID(body.getLong(), body.getLong()));
            long leaderTimeMs = body.getLong();
            long membersIndex = body.getLong();
            byte[] members = new byte[body.remaining()];
            body.get(members);
            return new SnapshotHead(id, leaderTimeMs, membersIndex, MembersCodec.decode(EntryKind.MEMBERS, members));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("the head cannot be read: " + e.getMessage(), e);
        }
    }

    private static int headChecksum(ByteBuffer head) {
        CRC32C crc = new CRC32C();
        crc.update(head.slice(0, CHECKSUM_AT));
        crc.update(head.slice(LENGTH_AT, head.limit() - LENGTH_AT));
        return (int) crc.getValue();
    }

    /** Completes a piece, of which the buffer has room for the head and then the bytes of state, up to its limit. */
    static void sealPiece(SnapshotId id, long offset, ByteBuffer piece) {
        piece.putInt(0, piece.limit() - PIECE_HEAD_BYTES);
        piece.putInt(Integer.BYTES, bodyChecksum(id, offset, piece));
    }

    static ByteBuffer end(SnapshotId id, long offset, long stateBytes, long pieces) {
        ByteBuffer end = ByteBuffer.allocate(END_BYTES);
        end.putInt(0).putInt(0).putLong(stateBytes).putLong(pieces).flip();
        return end.putInt(Integer.BYTES, bodyChecksum(id, offset, end));
    }

    /**
     * Checks a piece, or the end, that was read from a place in the file.
     *
     * @throws IOException if a bit is not as it was written
     */
    static void check(SnapshotId id, SnapshotLayout layout, long offset, ByteBuffer part) throws IOException {
        boolean isEnd = offset == layout.endOffset();
        boolean fits = part.limit() == layout.partBytes(offset)
                && part.getInt(Integer.BYTES) == bodyChecksum(id, offset, part)
                && part.getInt(0) == (isEnd ? 0 : part.limit() - PIECE_HEAD_BYTES)
                && (!isEnd || (part.getLong(8) == layout.stateBytes() && part.getLong(16) == layout.pieces()));
        if (!fits) {
            throw new IOException(
                    id + " at offset " + offset + ": " + (isEnd ? "the end" : "a piece") + " is not what was written");
        }
    }

    private static int bodyChecksum(SnapshotId id, long offset, ByteBuffer part) {
        return checksum(id, offset, part.slice(PIECE_HEAD_BYTES, part.limit() - PIECE_HEAD_BYTES));
    }

    /** Returns the CRC32C of a snapshot's id, a place in its file, and bytes. */
    static int checksum(SnapshotId id, long offset, ByteBuffer bytes) {
        ByteBuffer place = ByteBuffer.allocate(5 * Long.BYTES);
        putId(place, id);
        CRC32C crc = new CRC32C();
        crc.update(place.putLong(offset).flip());
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static void putId(ByteBuffer target, SnapshotId id) {
        target.putLong(id.index())
                .putLong(id.term())
                .putLong(id.unique().getMostSignificantBits())
                .putLong(id.unique().getLeastSignificantBits());
    }
}
