package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

/**
 * A limit that a container has reached, and is ended for.
 *
 * @param kind of what there was too much
 * @param message how much there was, and how much may be, for people
 */
public record Limitation(Kind kind, String message) {
    /** What can be limited. */
    public enum Kind {
        MEMORY,
        DISK,
        PORTS,
        PROCESSES
    }

    /** Checks that nothing is missing. */
    public Limitation {
        requireNonNull(kind, "kind");
        requireNonNull(message, "message");
    }
}
