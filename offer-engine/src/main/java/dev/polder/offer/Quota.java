package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Thousandths;

/**
 * What a role, with all roles below it, is promised and how far it may go. Both speak of the pool: resources that are
 * neither reserved nor revocable; what is reserved to the role counts as consumed, allocated or not.
 *
 * @param guarantees held back for the role from everybody else
 * @param limits never exceeded by an offer; a scalar that is not named has no limit
 */
public record Quota(Quantities guarantees, Limits limits) {
    /** No guarantee and no limit. */
    public static final Quota NONE = new Quota(Quantities.EMPTY, Limits.NONE);

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a guarantee is above its limit
     */
    public Quota {
        requireNonNull(guarantees, "guarantees");
        requireNonNull(limits, "limits");
        for (String name : guarantees.names()) {
            if (guarantees.of(name) > limits.limit(name)) {
                throw new IllegalArgumentException("quota: guarantee " + name + ":"
                        + Thousandths.text(guarantees.of(name)) + " is above its limit, " + name + ":"
                        + Thousandths.text(limits.limit(name)));
            }
        }
    }

    /** Returns a guarantee without a limit. */
    public static Quota guarantee(Quantities guarantees) {
        return new Quota(guarantees, Limits.NONE);
    }

    /** Returns a limit without a guarantee. */
    public static Quota limit(Limits limits) {
        return new Quota(Quantities.EMPTY, limits);
    }

    boolean isNone() {
        return guarantees.isEmpty() && limits.isNone();
    }
}
