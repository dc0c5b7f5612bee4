package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;

/** What counts for a role's quota, added up: what is reserved to it and those below it, and what they have of the rest. */
final class Consumption {
    private final String role;
    private Quantities sum = Quantities.EMPTY;

    Consumption(String role) {
        this.role = role;
    }

    /** Adds what an agent has, of which some may be reserved. */
    void addTotal(Resources total) {
        sum = sum.plus(total.filter(id -> !id.isRevocable()
                        && id.reservationRole()
                                .filter(its -> isAtOrBelow(its, role))
                                .isPresent())
                .quantities());
    }

    /** Adds what somebody uses or is offered under a role. */
    void addHeld(String under, Resources held) {
        if (isAtOrBelow(under, role)) {
            sum = sum.plus(pool(held).quantities());
        }
    }

    Quantities sum() {
        return sum;
    }

    static Resources pool(Resources resources) {
        return resources.filter(id -> !id.isReserved() && !id.isRevocable());
    }

    static boolean isAtOrBelow(String role, String above) {
        return role.equals(above) || role.startsWith(above + "/");
    }
}
