package dev.polder.master;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.Minimum;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.OfferEngineConfig.Order;
import dev.polder.offer.RegexLimits;
import java.util.Set;

/**
 * How a master shares out, as far as Mesos has a flag for it.
 *
 * @param minimum what an offer must have at least, unless a framework says otherwise for one of its roles
 * @param guardsGpus whether agents with GPUs are offered only to frameworks that know of them
 * @param roleOrder the order among sibling roles
 * @param frameworkOrder the order among the frameworks of a role
 * @param excludedFromShares scalars that do not count for dominant shares
 * @param regexLimits how large a regular expression of an offer constraint may be
 */
public record OfferSettings(
        Minimum minimum,
        boolean guardsGpus,
        Order roleOrder,
        Order frameworkOrder,
        Set<String> excludedFromShares,
        RegexLimits regexLimits) {
    /** As Mesos has them. */
    public static final OfferSettings DEFAULT = new OfferSettings(
            OfferEngineConfig.DEFAULT.minimum(), true, Order.FAIR, Order.FAIR, Set.of(), RegexLimits.DEFAULT);

    /** Checks and copies. */
    public OfferSettings {
        requireNonNull(minimum, "minimum");
        requireNonNull(roleOrder, "roleOrder");
        requireNonNull(frameworkOrder, "frameworkOrder");
        requireNonNull(regexLimits, "regexLimits");
        excludedFromShares = Set.copyOf(excludedFromShares);
    }

    /** Returns a builder for the engine that has these settings. */
    OfferEngineConfig.Builder engine() {
        return OfferEngineConfig.builder()
                .minimum(minimum)
                .guardsGpus(guardsGpus)
                .roleOrder(roleOrder)
                .frameworkOrder(frameworkOrder)
                .excludedFromShares(excludedFromShares);
    }
}
