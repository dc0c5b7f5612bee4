package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * When an agent will be taken away for maintenance (Mesos's {@code Unavailability}). The engine passes it on; it does
 * nothing by itself when the time has come. It is in time of day, as people agree on it, and not in the engine's time.
 *
 * @param startNs since 1970, in nanoseconds
 * @param durationNs 0 or more; empty for ever
 */
public record Unavailability(long startNs, OptionalLong durationNs) {
    private static final long NS_PER_SECOND = 1_000_000_000;

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

    /**
     * Returns one that ends.
     *
     * @throws IllegalArgumentException if the duration is less than nothing
     * @throws ArithmeticException if one of both is more than a {@code long} of nanoseconds
     */
    public static Unavailability of(Instant start, Duration duration) {
        return new Unavailability(nanoseconds(start), OptionalLong.of(duration.toNanos()));
    }

    /**
     * Returns one that does not end.
     *
     * @throws ArithmeticException if the start is more than a {@code long} of nanoseconds
     */
    public static Unavailability from(Instant start) {
        return new Unavailability(nanoseconds(start), OptionalLong.empty());
    }

    private static long nanoseconds(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), NS_PER_SECOND), time.getNano());
    }

    /** Returns it as people read it, {@code from 2026-11-29T14:00:00Z for PT1H}. */
    @Override
    public String toString() {
        return "from " + Instant.EPOCH.plusNanos(startNs)
                + (durationNs.isPresent() ? " for " + Duration.ofNanos(durationNs.getAsLong()) : " on");
    }
}
