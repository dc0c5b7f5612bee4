package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The engine's settings. Immutable.
 *
 * @param offerTimeoutMs how long an offer stands unanswered; 1 or more
 * @param reofferDelayMs the shortest decline filter: what a framework declined, accepted without using any, or let time
 *     out, is not offered to it again sooner; 0 or more
 * @param reviveIntervalMs the shortest time between two revives of one framework and role; a further one waits; 0 or
 *     more
 * @param minimum what an offer must have at least, unless a framework says otherwise for one of its roles
 * @param roleOrder the order among sibling roles
 * @param frameworkOrder the order among the frameworks of a role
 * @param excludedFromShares scalars that do not count for dominant shares
 * @param guardsGpus whether agents with GPUs are offered only to frameworks that know of them
 * @param region the master's region; agents of other regions are offered only to frameworks that know of regions. Empty:
 *     all agents are near
 * @param setAsideMs how long agents are set aside at most for what fits nowhere ({@link Demand}, {@link Gang}); 0 for
 *     never. For demands a sixteenth of all agents is set aside at most, or, where there are fewer than 16, one of them for
 *     a sixteenth of the time times their number: the only agent of a cluster for one minute of 16. Whose last one is
 *     longest ago comes first
 * @param preemptAfterMs how long a demand waits before tasks of lower priority have to end for it; empty: none ever has to
 * @param preemptionMs how long victims have to end, while the agent is set aside; then others may have to, besides
 *     ({@link Preemption}); 1 or more, and as all
 *     durations {@value #DURATION_MS_MAX} at most
 */
public record OfferEngineConfig(
        long offerTimeoutMs,
        long reofferDelayMs,
        long reviveIntervalMs,
        Minimum minimum,
        Order roleOrder,
        Order frameworkOrder,
        Set<String> excludedFromShares,
        boolean guardsGpus,
        Optional<String> region,
        long setAsideMs,
        OptionalLong preemptAfterMs,
        long preemptionMs) {
    /** As long as any of these may be: ten years. */
    public static final long DURATION_MS_MAX = 315_360_000_000L;

    /** How those who compete are ordered. */
    public enum Order {
        /** The smallest dominant share by weight first. */
        FAIR,
        /** At random, by weight. */
        RANDOM
    }

    /**
     * Offers stand two minutes; the delay and the interval are a second; 0.01 cpus or 32 MiB are worth an offer; the
     * order is fair, and GPUs are guarded; agents are set aside for a minute, and no task has to end for another.
     */
    public static final OfferEngineConfig DEFAULT = builder().build();

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if some are out of bounds; names all of them
     */
    public OfferEngineConfig {
        requireNonNull(minimum, "minimum");
        requireNonNull(roleOrder, "roleOrder");
        requireNonNull(frameworkOrder, "frameworkOrder");
        requireNonNull(region, "region");
        excludedFromShares = Set.copyOf(excludedFromShares);
        List<String> mistakes = new ArrayList<>();
        check(mistakes, "offerTimeoutMs", offerTimeoutMs, 1);
        check(mistakes, "reofferDelayMs", reofferDelayMs, 0);
        check(mistakes, "reviveIntervalMs", reviveIntervalMs, 0);
        check(mistakes, "setAsideMs", setAsideMs, 0);
        preemptAfterMs.ifPresent(afterMs -> check(mistakes, "preemptAfterMs", afterMs, 0));
        check(mistakes, "preemptionMs", preemptionMs, 1);
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", mistakes));
        }
    }

    private static void check(List<String> mistakes, String name, long durationMs, long least) {
        if (durationMs < least || durationMs > DURATION_MS_MAX) {
            mistakes.add(name + " is " + durationMs + ", must be " + least + " to " + DURATION_MS_MAX);
        }
    }

    /** Returns a builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. For one thread. */
    public static final class Builder {
        private long offerTimeoutMs = 120_000;
        private long reofferDelayMs = 1_000;
        private long reviveIntervalMs = 1_000;
        private Minimum minimum =
                Minimum.oneOf(Quantities.of(Map.of("cpus", 10L)), Quantities.of(Map.of("mem", 32_000L)));
        private Order roleOrder = Order.FAIR;
        private Order frameworkOrder = Order.FAIR;
        private Set<String> excludedFromShares = Set.of();
        private boolean guardsGpus = true;
        private Optional<String> region = Optional.empty();
        private long setAsideMs = 60_000;
        private OptionalLong preemptAfterMs = OptionalLong.empty();
        private long preemptionMs = 60_000;

        private Builder() {}

        /** Sets how long an offer stands unanswered. */
        public Builder offerTimeoutMs(long milliseconds) {
            offerTimeoutMs = milliseconds;
            return this;
        }

        /** Sets the shortest decline filter. */
        public Builder reofferDelayMs(long milliseconds) {
            reofferDelayMs = milliseconds;
            return this;
        }

        /** Sets the shortest time between two revives of one framework and role. */
        public Builder reviveIntervalMs(long milliseconds) {
            reviveIntervalMs = milliseconds;
            return this;
        }

        /** Sets what an offer must have at least. */
        public Builder minimum(Minimum least) {
            minimum = least;
            return this;
        }

        /** Sets the order among sibling roles. */
        public Builder roleOrder(Order order) {
            roleOrder = order;
            return this;
        }

        /** Sets the order among the frameworks of a role. */
        public Builder frameworkOrder(Order order) {
            frameworkOrder = order;
            return this;
        }

        /** Sets the scalars that do not count for dominant shares. */
        public Builder excludedFromShares(Set<String> names) {
            excludedFromShares = names;
            return this;
        }

        /** Sets whether agents with GPUs are kept for frameworks that know of them. */
        public Builder guardsGpus(boolean guards) {
            guardsGpus = guards;
            return this;
        }

        /** Sets the master's region. */
        public Builder region(String name) {
            region = Optional.of(name);
            return this;
        }

        /** Sets how long an agent is set aside at most for what fits nowhere; 0 for never. */
        public Builder setAsideMs(long milliseconds) {
            setAsideMs = milliseconds;
            return this;
        }

        /** Has tasks end for demands of a higher priority that have waited so long. */
        public Builder preemptAfterMs(long milliseconds) {
            preemptAfterMs = OptionalLong.of(milliseconds);
            return this;
        }

        /** Sets how long victims have to end. */
        public Builder preemptionMs(long milliseconds) {
            preemptionMs = milliseconds;
            return this;
        }

        /**
         * Returns the settings.
         *
         * @throws IllegalArgumentException if some are out of bounds; names all of them
         */
        public OfferEngineConfig build() {
            return new OfferEngineConfig(
                    offerTimeoutMs,
                    reofferDelayMs,
                    reviveIntervalMs,
                    minimum,
                    roleOrder,
                    frameworkOrder,
                    excludedFromShares,
                    guardsGpus,
                    region,
                    setAsideMs,
                    preemptAfterMs,
                    preemptionMs);
        }
    }
}
