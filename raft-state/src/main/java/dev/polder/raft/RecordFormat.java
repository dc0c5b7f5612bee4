package dev.polder.raft;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How one entry lies in a segment file. Big-endian, unaligned, one record behind the other:
 *
 * <pre>
 *   0  checksum     u32   CRC32C of all bytes of the record behind this field
 *   4  length       u32   bytes of payload
 *   8  index        u64
 *  16  term         u64
 *  24  undurable    u32   index - highest index known to be forced when this record was made
 *  28  kind         u8    see EntryKind
 *  29  version      u8    of the payload, within its kind
 *  30  zero         u16
 *  32  payload
 * </pre>
 *
 * <p>32 zero bytes where a record could begin are the end of the log. {@code undurable} is there for power losses:
 * a file system may write the end of an unforced range and lose its beginning, so a damaged record with good ones
 * behind it proves nothing by itself. If one of those good ones says that the damaged one had been forced, entries that
 * somebody relies on are lost; if none does, nobody was ever told about them.
 */
final class RecordFormat {
    static final int HEADER_BYTES = 32;
    /** No entry has a larger payload. */
    static final int PAYLOAD_BYTES_MAX = ReplicatedLog.ENTRY_BYTES_MAX;

    private static final int LENGTH_AT = 4;
    private static final int INDEX_AT = 8;
    private static final int TERM_AT = 16;
    private static final int UNDURABLE_AT = 24;
    private static final int KIND_AT = 28;
    private static final int VERSION_AT = 29;
    private static final int ZERO_AT = 30;

    private RecordFormat() {}

    static void encode(ByteBuffer target, LogEntry entry, long durableIndex) {
        int start = target.position();
        target.putInt(0)
                .putInt(entry.payload().length)
                .putLong(entry.index())
                .putLong(entry.term())
                .putInt(Math.toIntExact(entry.index() - durableIndex))
                .put(entry.kind().code())
                .put(entry.kind().version())
                .putShort((short) 0)
                .put(entry.payload());
        target.putInt(start, checksum(target, start, entry.payload().length));
    }

    /** Leaves position and limit as they are. */
    static int checksum(ByteBuffer buffer, int start, int length) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.limit(start + HEADER_BYTES + length).position(start + LENGTH_AT);
        CRC32C crc = new CRC32C();
        crc.update(buffer);
        buffer.limit(limit).position(position);
        return (int) crc.getValue();
    }

    static boolean checksumFits(ByteBuffer buffer, int start) {
        return buffer.getInt(start) == checksum(buffer, start, length(buffer, start));
    }

    static boolean isEnd(ByteBuffer buffer, int start) {
        return (buffer.getLong(start)
                        | buffer.getLong(start + INDEX_AT)
                        | buffer.getLong(start + TERM_AT)
                        | buffer.getLong(start + UNDURABLE_AT))
                == 0;
    }

    /** Returns whether what a record can be told by without its payload looks right. Cheap, for searching. */
    static boolean isPlausible(ByteBuffer buffer, int start) {
        int length = length(buffer, start);
        return buffer.getShort(start + ZERO_AT) == 0
                && EntryKind.of(kind(buffer, start), version(buffer, start)) != null
                && length >= 0
                && length <= PAYLOAD_BYTES_MAX
                && start + HEADER_BYTES + length <= buffer.limit();
    }

    static int length(ByteBuffer buffer, int start) {
        return buffer.getInt(start + LENGTH_AT);
    }

    static long index(ByteBuffer buffer, int start) {
        return buffer.getLong(start + INDEX_AT);
    }

    static long term(ByteBuffer buffer, int start) {
        return buffer.getLong(start + TERM_AT);
    }

    /** Returns the highest index that was known to be forced when the record was made. */
    static long durableIndex(ByteBuffer buffer, int start) {
        return index(buffer, start) - Integer.toUnsignedLong(buffer.getInt(start + UNDURABLE_AT));
    }

    static byte kind(ByteBuffer buffer, int start) {
        return buffer.get(start + KIND_AT);
    }

    static byte version(ByteBuffer buffer, int start) {
        return buffer.get(start + VERSION_AT);
    }

    static byte[] payload(ByteBuffer buffer, int start) {
        byte[] payload = new byte[length(buffer, start)];
        buffer.get(start + HEADER_BYTES, payload);
        return payload;
    }
}
