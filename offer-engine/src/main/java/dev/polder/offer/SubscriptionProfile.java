package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a framework says about one of its roles.
 *
 * @param minimum what an offer must have at least; empty for the engine's own minimum
 * @param constraints which agents it wants at all
 */
public record SubscriptionProfile(Optional<Minimum> minimum, OfferConstraints constraints) {
    /** Nothing in particular. */
    public static final SubscriptionProfile DEFAULT = new SubscriptionProfile(Optional.empty(), OfferConstraints.NONE);

    /** Checks. */
    public SubscriptionProfile {
        requireNonNull(minimum, "minimum");
        requireNonNull(constraints, "constraints");
    }

    /** Returns this with a minimum of its own. */
    public SubscriptionProfile withMinimum(Minimum own) {
        return new SubscriptionProfile(Optional.of(own), constraints);
    }

    /** Returns this with other constraints. */
    public SubscriptionProfile withConstraints(OfferConstraints others) {
        return new SubscriptionProfile(minimum, others);
    }
}
