package dev.polder.isolation.cgroup;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Devices that the processes of a container may use; all that no rule names they may not.
 *
 * @param major null for all
 * @param minor null for all
 * @param access of {@code r} read, {@code w} write, {@code m} make its node; at least one, each once, in this order
 */
public record DeviceRule(
        Kind kind, @Nullable Integer major, @Nullable Integer minor, String access) {
    /** The two kinds of devices. */
    public enum Kind {
        /** Such as terminals. */
        CHARACTER("c"),
        /** Such as disks. */
        BLOCK("b");

        private final String letter;

        Kind(String letter) {
            this.letter = letter;
        }
    }

    // before the rules that it checks
    private static final Pattern ACCESS = Pattern.compile("(?=.)r?w?m?");

    /**
     * What every container is allowed: to make any node, and to use null, zero, full, random, urandom, tty, console,
     * ptmx, the pseudo-terminals and tun.
     */
    public static final List<DeviceRule> USUAL = List.of(
            new DeviceRule(Kind.CHARACTER, null, null, "m"),
            new DeviceRule(Kind.BLOCK, null, null, "m"),
            character(1, 3),
            character(1, 5),
            character(1, 7),
            character(1, 8),
            character(1, 9),
            character(5, 0),
            character(5, 1),
            character(5, 2),
            new DeviceRule(Kind.CHARACTER, 136, null, "rwm"),
            character(10, 200));

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a number is negative or above {@code 1048575}, or the access is none
     */
    public DeviceRule {
        requireNonNull(kind, "kind");
        check("major", major);
        check("minor", minor);
        if (!ACCESS.matcher(access).matches()) {
            throw new IllegalArgumentException("access '" + access + "' is not of r, w and m, in this order");
        }
    }

    private static void check(String name, @Nullable Integer number) {
        if (number != null) {
            Range.check(name, number, 0, IoThrottle.DEVICE_NUMBER_MAX);
        }
    }

    /** All access to one character device. */
    public static DeviceRule character(int major, int minor) {
        return new DeviceRule(Kind.CHARACTER, major, minor, "rwm");
    }

    /** Returns the rule as the kernel takes it. */
    @Override
    public String toString() {
        return kind.letter + " " + (major == null ? "*" : major) + ":" + (minor == null ? "*" : minor) + " " + access;
    }
}
