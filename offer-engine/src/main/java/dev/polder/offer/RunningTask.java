package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Resources;
import java.util.OptionalInt;

/**
 * A task that may have to make room for one of a higher priority.
 *
 * @param id chosen by the caller, unique among the tasks that run
 * @param role the role whose resources it uses, and whose priority it has if it has none of its own
 * @param agent where it runs
 * @param resources what becomes free when it ends
 * @param priority its own priority, empty for that of its role, which it never exceeds
 * @param startedMs since when it runs; of equals the youngest goes first
 */
public record RunningTask(long id, String role, int agent, Resources resources, OptionalInt priority, long startedMs) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if it uses nothing, or the role's path is not well-formed
     */
    public RunningTask {
        requireNonNull(resources, "resources");
        requireNonNull(priority, "priority");
        if (resources.isEmpty()) {
            throw new IllegalArgumentException("task " + id + " uses nothing, must use something");
        }
        RoleTree.requirePath(role);
    }
}
