package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * When an agent will be taken away for maintenance (Mesos's {@code Unavailability}). The engine passes it on; it does
 * nothing by itself when the time has come.
 *
 * @param startNs since 1970, in nanoseconds
 * @param durationNs 0 or more; empty for ever
 */
public record Unavailability(long startNs, OptionalLong durationNs) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if the duration is less than nothing
     */
    public Unavailability {
        requireNonNull(durationNs, "durationNs");
        if (durationNs.isPresent() && durationNs.getAsLong() < 0) {
            throw new IllegalArgumentException(
                    "unavailability of " + durationNs.getAsLong() + " ns: must be 0 or more");
        }
    }
}
