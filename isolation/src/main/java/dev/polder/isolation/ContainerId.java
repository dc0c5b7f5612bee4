package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

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

    @Override
    public String toString() {
        return value.toString();
    }
}
