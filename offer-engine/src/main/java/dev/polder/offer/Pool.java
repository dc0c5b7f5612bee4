package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;

/**
 * What quota counts: resources that are neither reserved nor revocable, the pool from which every role is served. The
 * plain part of an amount is of it altogether; this is for the special part.
 */
final class Pool {
    private Pool() {}

    static boolean contains(ResourceId id) {
        return !id.isReserved() && !id.isRevocable();
    }

    /** Returns the scalars of the pool in an amount. */
    static Quantities of(Resources resources) {
        return resources.quantities().isEmpty()
                ? Quantities.EMPTY
                : resources.filter(Pool::contains).quantities();
    }

    /** Returns the scalars of the pool in a row of amounts. */
    static Quantities of(ResourceColumn amounts, int row) {
        return amounts.plainQuantities(row).plus(of(amounts.special(row)));
    }
}
