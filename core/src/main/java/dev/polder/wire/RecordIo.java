package dev.polder.wire;

import java.util.function.Consumer;

/** RecordIO framing: each record is its length in decimal, a line feed, and its bytes. */
public final class RecordIo {

    /** The largest record that a decoder accepts unless told otherwise: 8 MiB. */
    public static final int RECORD_BYTES_MAX = 8 << 20;

    private RecordIo() {}

    /** Length, line feed and record as one buffer, so that it can be sent as exactly one HTTP chunk. */
    public static byte[] encode(byte[] record) {
        throw new UnsupportedOperationException("RecordIo.encode: " + record.length);
    }

    /** Cuts a stream of bytes into records, whatever pieces it arrives in. Owned by one thread. */
    public static final class Decoder {

        private final Consumer<byte[]> onRecord;
        private final int recordBytesMax;

        /** A decoder for records of at most {@link #RECORD_BYTES_MAX} bytes. */
        public Decoder(Consumer<byte[]> onRecord) {
            this(onRecord, RECORD_BYTES_MAX);
        }

        /** A decoder for records of at most the given size. */
        public Decoder(Consumer<byte[]> onRecord, int recordBytesMax) {
            this.onRecord = onRecord;
            this.recordBytesMax = recordBytesMax;
        }

        /**
         * Takes the next piece of the stream and hands out each record that it completes.
         *
         * @throws DecodeException if this is no RecordIO or a record is too large; the decoder refuses everything after that
         */
        public void feed(byte[] piece) throws DecodeException {
            throw new UnsupportedOperationException(
                    "RecordIo.Decoder.feed: " + onRecord + recordBytesMax + piece.length);
        }
    }
}
