package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

/**
 * One row of the table of what this host can do to isolate containers.
 *
 * @param name of a part of it
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
