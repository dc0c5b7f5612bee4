package dev.polder.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long the declined part of an offer shall not be offered to the same framework and role again. Others may get it at
 * once.
 *
 * @param refuse at most {@link #REFUSE_MAX}; zero asks for no filter at all, which the master heeds as far as its own
 *     floor between two equal offers allows
 */
public record Filters(Duration refuse) {
    /** The longest time that the protocol knows: 365 days. */
    public static final Duration REFUSE_MAX = Duration.ofDays(365);

    /** Five seconds, what the protocol takes when nothing is said. */
    public static final Filters DEFAULT = new Filters(Duration.ofSeconds(5));

    public Filters {
        requireNonNull(refuse, "refuse");
        if (refuse.isNegative() || refuse.compareTo(REFUSE_MAX) > 0) {
            throw new IllegalArgumentException("refuse is " + refuse + ", allowed is 0 to " + REFUSE_MAX);
        }
    }

    /** Returns a filter of {@code refuse}. */
    public static Filters refuse(Duration refuse) {
        return new Filters(refuse);
    }
}
