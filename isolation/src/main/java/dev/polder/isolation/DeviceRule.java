package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

        /** Returns the kernel's letter for it. */
        String letter() {
            return letter;
        }
    }

    /** The largest number of a kind, or of one device of it. */
    private static final int NUMBER_MAX = (1 << 20) - 1;

    private static final int TYPE_MASK = 0170000;
    private static final int CHARACTER_TYPE = 0020000;
    private static final int BLOCK_TYPE = 0060000;

    // before the rules that it checks
    private static final Pattern ACCESS = Pattern.compile("(?=.)r?w?m?");

    /**
     * What every container is allowed, as in Mesos: to make any node, and to use null, zero, full, random, urandom, tty,
     * tty0, tty1, console, ptmx, the pseudo-terminals and tun.
     */
    public static final List<DeviceRule> USUAL = List.of(
            new DeviceRule(Kind.CHARACTER, null, null, "m"),
            new DeviceRule(Kind.BLOCK, null, null, "m"),
            character(1, 3),
            character(1, 5),
            character(1, 7),
            character(1, 8),
            character(1, 9),
            character(4, 0),
            character(4, 1),
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
        checkAccess(access);
    }

    /**
     * Checks an access.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static void checkAccess(String access) {
        if (!ACCESS.matcher(access).matches()) {
            throw new IllegalArgumentException("access '" + access + "' is not of r, w and m, in this order");
        }
    }

    private static void check(String name, @Nullable Integer number) {
        if (number != null && (number < 0 || number > NUMBER_MAX)) {
            throw new IllegalArgumentException(name + " " + number + " is not between 0 and " + NUMBER_MAX);
        }
    }

    /**
     * Returns a rule for the device of a node.
     *
     * @throws IOException if there is no such node, in words that name it
     */
    public static DeviceRule of(Path node, String access) throws IOException {
        int mode;
        long device;
        try {
            mode = (int) Files.getAttribute(node, "unix:mode");
            device = (long) Files.getAttribute(node, "unix:rdev");
        } catch (IOException e) {
            throw new IOException("device '" + node + "' cannot be looked at: " + e, e);
        }
        int type = mode & TYPE_MASK;
        if (type != CHARACTER_TYPE && type != BLOCK_TYPE) {
            throw new IOException("'" + node + "' is no device");
        }
        // as the C library puts the two numbers into one
        int major = (int) ((device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL));
        int minor = (int) ((device & 0xff) | (device >>> 12 & 0xffffff00L));
        return new DeviceRule(type == BLOCK_TYPE ? Kind.BLOCK : Kind.CHARACTER, major, minor, access);
    }

    /** Returns the rule as an OCI runtime takes it. */
    public Map<String, Object> toOci() {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("allow", true);
        rule.put("type", kind.letter);
        if (major != null) {
            rule.put("major", major);
        }
        if (minor != null) {
            rule.put("minor", minor);
        }
        rule.put("access", access);
        return rule;
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
