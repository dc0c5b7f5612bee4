package dev.polder.isolation.cgroup;

import org.jspecify.annotations.Nullable;

/**
 * How much memory a container gets, in bytes; the kernel rounds down to whole pages. Page cache and files in tmpfs count.
 *
 * @param hardBytes whoever wants more, and cannot be given any by taking back page cache, is killed; null for no limit
 * @param softBytes what it keeps when memory is short on the host: above it, memory is taken back first; null for none.
 *     In version 2 the groups above must keep as much, and only who runs the host can see to that.
 * @param swapBytes what it may have swapped out, beside its memory; null for no limit
 */
public record MemoryLimits(
        @Nullable Long hardBytes,
        @Nullable Long softBytes,
        @Nullable Long swapBytes) {
    /** The most that can be asked for, an exbibyte. */
    public static final long BYTES_MAX = 1L << 60;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if one is negative or too large, or swap is limited and memory is not
     */
    public MemoryLimits {
        check("hardBytes", hardBytes);
        check("softBytes", softBytes);
        check("swapBytes", swapBytes);
        if (swapBytes != null && hardBytes == null) {
            throw new IllegalArgumentException("swapBytes " + swapBytes + " is given without hardBytes");
        }
    }

    private static void check(String name, @Nullable Long bytes) {
        if (bytes != null) {
            Range.check(name, bytes, 0, BYTES_MAX);
        }
    }

    /** A hard limit alone. */
    public static MemoryLimits hard(long bytes) {
        return new MemoryLimits(bytes, null, null);
    }

    /** Returns the limit of memory and swap together, as version 1 has it; null for none. */
    @Nullable
    Long memoryAndSwapBytes() {
        return hardBytes == null || swapBytes == null ? null : hardBytes + swapBytes;
    }
}
