package dev.polder.wire;

import dev.polder.offer.Minimum;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Thousandths;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.OfferFilters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns what a framework says of the offers that are worth its while into what the offer engine asks. */
public final class OfferFiltersCodec {
    private OfferFiltersCodec() {}

    /**
     * Returns the least that an offer under a role must have: empty if the framework says nothing of it,
     * {@link Minimum#NONE} if it takes everything.
     *
     * @throws IllegalArgumentException if an amount is negative or no number, or an alternative is without amounts; the
     *     message begins with the role
     */
    public static Optional<Minimum> minimum(String role, OfferFilters filters) {
        if (!filters.hasMinAllocatableResources()) {
            return Optional.empty();
        }
        try {
            List<Quantities> alternatives = new ArrayList<>();
            for (OfferFilters.ResourceQuantities quantities :
                    filters.getMinAllocatableResources().getQuantitiesList()) {
                alternatives.add(quantities(quantities));
            }
            // what asks for nothing is reached by everything, whatever the others ask for
            return Optional.of(
                    alternatives.stream().anyMatch(Quantities::isEmpty) ? Minimum.NONE : new Minimum(alternatives));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("offer_filters of role '" + role + "': " + e.getMessage(), e);
        }
    }

    private static Quantities quantities(OfferFilters.ResourceQuantities from) {
        if (from.getQuantitiesCount() == 0) {
            throw new IllegalArgumentException(
                    "an entry of min_allocatable_resources without quantities; at least one is needed");
        }
        Quantities.Builder quantities = Quantities.builder();
        for (Map.Entry<String, Mesos.Value.Scalar> entry :
                from.getQuantitiesMap().entrySet()) {
            quantities.add(
                    entry.getKey(), thousandths(entry.getKey(), entry.getValue().getValue()));
        }
        return quantities.build();
    }

    /** Returns an amount, rounded as Mesos does; what is more than anybody has stays that. */
    private static long thousandths(String name, double units) {
        String problem = null;
        if (Double.isNaN(units)) {
            problem = "NaN not supported";
        } else if (units < 0) {
            problem = "Negative values not supported";
        } else if (Double.isInfinite(units)) {
            problem = "Infinite values not supported";
        }
        if (problem != null) {
            throw new IllegalArgumentException(
                    "Invalid resource quantity for '" + name + "' " + units + ": " + problem);
        }
        return Math.round(Math.min(units, Thousandths.UNITS_MAX) * 1000);
    }
}
