package dev.polder.raft.history;

/**
 * How much a {@link History} holds.
 *
 * @param recordsMax how many records, at least 1
 * @param recordBytesMax the bytes of one record, at least 1
 * @param bytesMax the bytes of all records together, at least {@code recordBytesMax} and {@code recordsMax}
 */
public record HistoryLimits(int recordsMax, int recordBytesMax, long bytesMax) {
    /** Checks that the limits agree with each other. */
    public HistoryLimits {
        if (recordsMax < 1) {
            throw new IllegalArgumentException("recordsMax: " + recordsMax + ", must be at least 1");
        }
        if (recordBytesMax < 1) {
            throw new IllegalArgumentException("recordBytesMax: " + recordBytesMax + ", must be at least 1");
        }
        if (bytesMax < recordBytesMax || bytesMax < recordsMax) {
            throw new IllegalArgumentException("bytesMax: " + bytesMax + ", must be at least recordBytesMax="
                    + recordBytesMax + " and recordsMax=" + recordsMax);
        }
    }

    /** Returns the bytes of a record if as many as possible are as large as possible. */
    int recordBytesMean() {
        return Math.toIntExact(Math.min(bytesMax / recordsMax, recordBytesMax));
    }
}
