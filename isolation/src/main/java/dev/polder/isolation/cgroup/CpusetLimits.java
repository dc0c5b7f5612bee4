package dev.polder.isolation.cgroup;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a container runs, as lists of numbers and ranges such as {@code 0-3,8}.
 *
 * @param cpus null for all that this JVM may use; in an update, for those that there are
 * @param memoryNodes null for all that this JVM may use; in an update, for those that there are
 */
public record CpusetLimits(@Nullable String cpus, @Nullable String memoryNodes) {
    private static final Pattern LIST = Pattern.compile("\\d{1,6}(-\\d{1,6})?(,\\d{1,6}(-\\d{1,6})?)*");
    private static final int LENGTH_MAX = 4096;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if one is no list of numbers and ranges, or too long
     */
    public CpusetLimits {
        check("cpus", cpus);
        check("memoryNodes", memoryNodes);
    }

    private static void check(String name, @Nullable String list) {
        if (list == null) {
            return;
        }
        if (list.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(name + " is too long: " + list.length() + " > lengthMax=" + LENGTH_MAX);
        }
        if (!LIST.matcher(list).matches()) {
            throw new IllegalArgumentException(name + " '" + list + "' is no list of numbers and ranges");
        }
    }
}
