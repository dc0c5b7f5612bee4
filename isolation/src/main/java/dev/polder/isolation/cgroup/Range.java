package dev.polder.isolation.cgroup;

/** Checks of numbers that callers give. */
final class Range {
    private Range() {}

    static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + " is not between " + min + " and " + max);
        }
    }
}
