package dev.polder.isolation.files;

/**
 * How much of what a task writes to a file is kept: the last {@code segments} full segments, and the one being written.
 *
 * @param segmentBytes the size of a segment, a multiple of 64 KiB (so that it is whole blocks on any file system)
 * @param segments how many full segments are kept, at least 1
 */
public record OutputSettings(long segmentBytes, int segments) {
    private static final long UNIT = 1 << 16;
    private static final long BYTES_MAX = 1L << 50;

    /** Checks the numbers. */
    public OutputSettings {
        if (segmentBytes <= 0 || segmentBytes % UNIT != 0) {
            throw new IllegalArgumentException("segmentBytes " + segmentBytes + " is no multiple of " + UNIT);
        }
        if (segments < 1 || segments > BYTES_MAX / segmentBytes) {
            throw new IllegalArgumentException(
                    "segments " + segments + " is not in 1 to " + BYTES_MAX / segmentBytes + ", a pebibyte in all");
        }
    }

    /** Ten segments of 10 MiB. */
    public static OutputSettings defaults() {
        return new OutputSettings(10 << 20, 10);
    }

    /** Returns from which offset on a file of a size is kept; a multiple of the segment's size, and 0 for most files. */
    public long keptFrom(long sizeBytes) {
        return Math.max(0, sizeBytes / segmentBytes - segments) * segmentBytes;
    }
}
