package dev.polder.isolation.files;

/**
 * How full a disk is.
 *
 * @param usedBytes at least 0, at most {@code totalBytes}
 * @param totalBytes more than 0
 */
public record DiskUse(long usedBytes, long totalBytes) {
    static final int WHOLE = 1_000;

    /** Checks the numbers. */
    public DiskUse {
        if (totalBytes <= 0 || usedBytes < 0 || usedBytes > totalBytes) {
            throw new IllegalArgumentException("disk use " + usedBytes + " of " + totalBytes + " bytes is none");
        }
    }

    /** Returns the used part in thousandths, rounded up; above an exabyte within one thousandth. */
    int thousandths() {
        long unit = Math.max(1, totalBytes / (1L << 50));
        long total = totalBytes / unit;
        long free = Math.min(total, (totalBytes - usedBytes) / unit);
        return WHOLE - (int) (free * WHOLE / total);
    }
}
