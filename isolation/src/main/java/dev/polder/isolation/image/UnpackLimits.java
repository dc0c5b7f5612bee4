package dev.polder.isolation.image;

/**
 * What one layer may become. A layer that wants more is refused and nothing of it stays.
 *
 * @param bytesMax the size of its files together, holes of sparse files included, and of its tar
 * @param entriesMax how many files, directories and links it has
 * @param depthMax how many directories are in each other
 * @param ratioMax how many times larger than its compressed form it is; up to 64 MiB it may be any number of times
 * @param devices whether device files are made, by root; where not, they are left out
 */
public record UnpackLimits(long bytesMax, int entriesMax, int depthMax, int ratioMax, boolean devices) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public UnpackLimits {
        if (bytesMax < 1 || entriesMax < 1 || depthMax < 1 || ratioMax < 1) {
            throw new IllegalArgumentException("a limit is not positive: bytesMax=" + bytesMax + " entriesMax="
                    + entriesMax + " depthMax=" + depthMax + " ratioMax=" + ratioMax);
        }
    }

    /** Returns 32 GiB, a million entries, 128 directories deep, 300 times, and no devices. */
    public static UnpackLimits defaults() {
        return new UnpackLimits(32L << 30, 1_000_000, 128, 300, false);
    }

    /** Returns these, with devices made or not. */
    public UnpackLimits withDevices(boolean made) {
        return new UnpackLimits(bytesMax, entriesMax, depthMax, ratioMax, made);
    }

    /** Returns these with another limit to bytes. */
    public UnpackLimits withBytesMax(long bytes) {
        return new UnpackLimits(bytes, entriesMax, depthMax, ratioMax, devices);
    }
}
