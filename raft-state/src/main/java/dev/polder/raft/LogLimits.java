package dev.polder.raft;

/**
 * Sizes of the log, in bytes. Tests use small ones.
 *
 * @param segmentBytes a segment file that has reached this size is followed by a new one
 * @param tailBytesMax how much of the newest entries stays on the heap beside what is not written yet
 * @param warnBytes the size of log on disk that is worth a warning, because nothing removes old entries
 */
record LogLimits(long segmentBytes, long tailBytesMax, long warnBytes) {
    static final LogLimits DEFAULT = new LogLimits(64L << 20, 4L << 20, 1L << 30);
}
