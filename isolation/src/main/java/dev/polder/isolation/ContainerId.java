package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/** The name of one run of one task on this host; a fresh random one for every launch. */
public record ContainerId(UUID value) {
    /** Refuses null. */
    public ContainerId {
        requireNonNull(value, "value");
    }

    /** Returns the id that {@link #toString()} has written. */
    static ContainerId parse(String text) {
        return new ContainerId(UUID.fromString(text));
    }

    /** Returns the id that a text is, such as the name of a file; empty if it is none. */
    public static Optional<ContainerId> of(String text) {
        try {
            ContainerId id = parse(text);
            // a UUID is also read from texts that it never writes
            return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
