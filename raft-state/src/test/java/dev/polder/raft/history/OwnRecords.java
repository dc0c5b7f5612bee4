package dev.polder.raft.history;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Records that say themselves what they must be. */
final class OwnRecords {
    static final int HEAD_BYTES = 16;

    private OwnRecords() {}

    /** Returns the one record of a number and a version that has this length. */
    static byte[] record(long number, int version, int length) {
        byte[] record = new byte[length];
        new Random(number * 31 + version).nextBytes(record);
        ByteBuffer.wrap(record).putLong(number).putInt(version).putInt(length);
        return record;
    }

    /** Tells whether somebody has made this record for this number. */
    static boolean isOf(long number, byte[] record) {
        if (record.length < HEAD_BYTES) {
            return false;
        }
        ByteBuffer head = ByteBuffer.wrap(record);
        long said = head.getLong();
        int version = head.getInt();
        int length = head.getInt();
        return said == number && length == record.length && Arrays.equals(record, record(number, version, length));
    }
}
