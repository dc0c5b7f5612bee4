package dev.polder.isolation.fetch;

/**
 * What one archive may become. One that wants more is refused, and nothing of it comes into the sandbox.
 *
 * @param bytesMax the size of what it holds together, and of a tar as a whole
 * @param entriesMax how many files, directories and links it has
 * @param depthMax how many directories are in each other
 * @param ratioMax how many times larger than the archive it is; up to 64 MiB it may be any number of times
 */
public record ExtractLimits(long bytesMax, int entriesMax, int depthMax, int ratioMax) {
    static final long RATIO_FROM_BYTES = 64 << 20;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public ExtractLimits {
        if (bytesMax < 1 || entriesMax < 1 || depthMax < 1 || ratioMax < 1) {
            throw new IllegalArgumentException("a limit is not positive: bytesMax=" + bytesMax + " entriesMax="
                    + entriesMax + " depthMax=" + depthMax + " ratioMax=" + ratioMax);
        }
    }

    /** Returns 32 GiB, a million entries, 128 directories deep, 300 times. */
    public static ExtractLimits defaults() {
        return new ExtractLimits(32L << 30, 1_000_000, 128, 300);
    }

    /** Refuses what has become too large. */
    void check(long bytes, long packedBytes) throws FetchException {
        if (bytes > bytesMax) {
            throw new FetchException("the archive unpacks to more than bytesMax=" + bytesMax + " bytes");
        }
        if (bytes > RATIO_FROM_BYTES && bytes / ratioMax > packedBytes) {
            throw new FetchException(
                    "the archive unpacks to more than ratioMax=" + ratioMax + " times its " + packedBytes + " bytes");
        }
    }
}
