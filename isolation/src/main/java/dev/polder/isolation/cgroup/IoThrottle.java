package dev.polder.isolation.cgroup;

import org.jspecify.annotations.Nullable;

/**
 * What a container may do with one block device, in each second; null for no limit. Of what goes through the page cache,
 * version 1 counts reads only.
 */
public record IoThrottle(
        int major,
        int minor,
        @Nullable Long readBytes,
        @Nullable Long writeBytes,
        @Nullable Long readOperations,
        @Nullable Long writeOperations) {
    static final int DEVICE_NUMBER_MAX = (1 << 20) - 1;
    /** The kernel keeps operations in 32 bits. */
    private static final long OPERATIONS_MAX = 0xffff_fffeL;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a number is out of its range; limits begin with 1
     */
    public IoThrottle {
        Range.check("major", major, 0, DEVICE_NUMBER_MAX);
        Range.check("minor", minor, 0, DEVICE_NUMBER_MAX);
        check("readBytes", readBytes, MemoryLimits.BYTES_MAX);
        check("writeBytes", writeBytes, MemoryLimits.BYTES_MAX);
        check("readOperations", readOperations, OPERATIONS_MAX);
        check("writeOperations", writeOperations, OPERATIONS_MAX);
    }

    private static void check(String name, @Nullable Long value, long max) {
        if (value != null) {
            Range.check(name, value, 1, max);
        }
    }

    String device() {
        return major + ":" + minor;
    }
}
