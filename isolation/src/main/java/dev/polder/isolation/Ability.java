package dev.polder.isolation.cgroup;

import static java.util.Objects.requireNonNull;

/**
 * One row of the table of what control groups can do on this host.
 *
 * @param name a controller, or {@code swap} or {@code kill}
 * @param detail where it is available and how, or why it is not
 */
public record Ability(String name, boolean available, String detail) {
    /** Refuses nulls. */
    public Ability {
        requireNonNull(name, "name");
        requireNonNull(detail, "detail");
    }

    @Override
    public String toString() {
        return name + (available ? ": " : ": not available: ") + detail;
    }
}
