package dev.polder.wire;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** RecordIO framing: each record is its length in decimal, a line feed, and its bytes. */
public final class RecordIo {

    /** The largest record that a decoder accepts unless told otherwise: 8 MiB. */
    public static final int RECORD_BYTES_MAX = 8 << 20;

    private RecordIo() {}

    /** Length, line feed and record as one buffer, so that it can be sent as exactly one HTTP chunk. */
    public static byte[] encode(byte[] record) {
        byte[] length = Integer.toString(record.length).getBytes(StandardCharsets.US_ASCII);
        byte[] framed = new byte[length.length + 1 + record.length];
        System.arraycopy(length, 0, framed, 0, length.length);
        framed[length.length] = '\n';
        System.arraycopy(record, 0, framed, length.length + 1, record.length);
        return framed;
    }

    /**
     * Cuts a stream of bytes into records, whatever pieces it arrives in. Owned by one thread.
     * <pre>
     *  LENGTH --line feed--> BODY --last byte--> LENGTH
     *     '--no digit, too large--> refused for good
     * </pre>
     */
    public static final class Decoder {

        private static final int DIGITS_MAX = 10;

        private final Consumer<byte[]> onRecord;
        private final int recordBytesMax;

        private long length;
        private int digits;
        /** The record being filled; null while its length is being read. */
        private byte @Nullable [] record;

        private int filled;
        private @Nullable String refusal;

        /** A decoder for records of at most {@link #RECORD_BYTES_MAX} bytes. */
        public Decoder(Consumer<byte[]> onRecord) {
            this(onRecord, RECORD_BYTES_MAX);
        }

        /** A decoder for records of at most the given size. */
        public Decoder(Consumer<byte[]> onRecord, int recordBytesMax) {
            if (recordBytesMax < 0) {
                throw new IllegalArgumentException("recordBytesMax: " + recordBytesMax + " < 0");
            }
            this.onRecord = onRecord;
            this.recordBytesMax = recordBytesMax;
        }

        /**
         * Takes the next piece of the stream and hands out each record that it completes.
         *
         * @throws DecodeException if this is no RecordIO or a record is too large; the decoder refuses everything after
         *     that with the same words
         */
        public void feed(byte[] piece) throws DecodeException {
            if (refusal != null) {
                throw new DecodeException(DecodeException.Kind.SYNTAX, refusal);
            }
            int at = 0;
            while (at < piece.length) {
                byte[] filling = record;
                if (filling == null) {
                    readLength(piece[at++]);
                } else {
                    int taken = Math.min(filling.length - filled, piece.length - at);
                    System.arraycopy(piece, at, filling, filled, taken);
                    at += taken;
                    filled += taken;
                    handOutIfFull(filling);
                }
            }
        }

        private void readLength(byte b) throws DecodeException {
            if (b >= '0' && b <= '9' && digits < DIGITS_MAX) {
                length = length * 10 + (b - '0');
                digits++;
            } else if (b != '\n' || digits == 0) {
                throw refuse("RecordIO length, character " + (digits + 1) + ": byte 0x" + Integer.toHexString(b & 0xff)
                        + " is not allowed here, a length is 1 to " + DIGITS_MAX + " digits and a line feed");
            } else if (length > recordBytesMax) {
                throw refuse("RecordIO record too large: " + length + " > recordBytesMax=" + recordBytesMax);
            } else {
                byte[] next = new byte[(int) length];
                record = next;
                handOutIfFull(next);
            }
        }

        private void handOutIfFull(byte[] full) {
            if (filled == full.length) {
                record = null;
                filled = 0;
                length = 0;
                digits = 0;
                onRecord.accept(full);
            }
        }

        private DecodeException refuse(String message) {
            refusal = message;
            return new DecodeException(DecodeException.Kind.SYNTAX, message);
        }
    }
}
