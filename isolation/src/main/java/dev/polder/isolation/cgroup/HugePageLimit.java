package dev.polder.isolation.cgroup;

import java.util.regex.Pattern;

/**
 * How much memory of huge pages of one size a container gets.
 *
 * @param pageSize as the kernel writes it, such as {@code 2MB}
 * @param bytes from 0
 */
public record HugePageLimit(String pageSize, long bytes) {
    private static final Pattern SIZE = Pattern.compile("[1-9]\\d{0,3}[KMG]B");

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if the size is none, or bytes are out of their range
     */
    public HugePageLimit {
        if (!SIZE.matcher(pageSize).matches()) {
            throw new IllegalArgumentException("pageSize '" + pageSize + "' is not like 2MB");
        }
        Range.check("bytes", bytes, 0, MemoryLimits.BYTES_MAX);
    }
}
