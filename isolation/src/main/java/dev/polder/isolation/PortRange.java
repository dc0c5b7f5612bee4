package dev.polder.isolation;

/**
 * Ports from one to another.
 *
 * @param first 0 to 65535
 * @param last 0 to 65535, itself within
 */
public record PortRange(int first, int last) {
    /** Checks the ports. */
    public PortRange {
        if (first < 0 || last > 65535 || first > last) {
            throw new IllegalArgumentException(
                    "port range " + first + "-" + last + " must rise and lie within 0 to 65535");
        }
    }

    /** Returns the range in Mesos's form, such as {@code 31000-32000}. */
    @Override
    public String toString() {
        return first + "-" + last;
    }
}
