package dev.polder.isolation.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The group of one hierarchy that a process is in: a line of {@code /proc/PID/cgroup}.
 *
 * @param controllers those of the hierarchy, by the names of version 1; empty for version 2
 * @param group a path from the root of this process's cgroup namespace
 */
record Membership(boolean unified, Set<String> controllers, String group) {
    private static final String REMOVED = " (deleted)";

    /** Returns one for each line of the form {@code number:controllers:path}. */
    static List<Membership> parse(String text) {
        List<Membership> found = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            // the path may have colons
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[2].startsWith("/")) {
                boolean unified = parts[0].equals("0") && parts[1].isEmpty();
                Set<String> controllers = unified ? Set.of() : Set.copyOf(List.of(parts[1].split(",", -1)));
                found.add(new Membership(unified, controllers, parts[2]));
            }
        }
        return found;
    }

    /** Was the group removed? A process that has nothing but its end before it may be in such a one. */
    boolean isRemoved() {
        return group.endsWith(REMOVED);
    }

    /** Is the mount one of this hierarchy? */
    boolean isSeenIn(CgroupMount mount) {
        return unified == mount.unified() && (unified || mount.options().containsAll(controllers));
    }
}
