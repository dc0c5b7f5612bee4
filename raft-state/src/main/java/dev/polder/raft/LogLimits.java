package dev.polder.raft;

/**
 * Sizes of the log, in bytes. Tests use small ones.
 *
 * @param segmentBytes a segment file that has reached this size is followed by a new one
 * @param tailBytesMax how much of the newest entries stays on the heap beside what is not written yet
 * @param warnBytes the size of log on disk that is worth a warning, because it means that no snapshots are saved
 * @param retention what stays of the log behind a snapshot
 */
record LogLimits(long segmentBytes, long tailBytesMax, long warnBytes, Retention retention) {
    static final LogLimits DEFAULT = new LogLimits(64L << 20, 4L << 20, 1L << 30);

    /** With the usual retention. */
    LogLimits(long segmentBytes, long tailBytesMax, long warnBytes) {
        this(segmentBytes, tailBytesMax, warnBytes, Retention.DEFAULT);
    }

    /**
     * What stays of the log although a snapshot has it, so that a member that was away for a moment need not be sent a
     * snapshot; and when there is enough for the next one.
     *
     * @param entries so many stay at least, unless they are more than {@code bytes}
     * @param bytes of the entries that stay at least
     * @param lagBytesMax so much stays, and no more, for a peer that is being brought up to date with entries
     * @param wantedBytes a snapshot is wanted when so much was applied since the last one, or as much as that one has
     */
    record Retention(long entries, long bytes, long lagBytesMax, long wantedBytes) {
        static final Retention DEFAULT = new Retention(10_000, 64L << 20, 256L << 20, 64L << 20);
    }
}
