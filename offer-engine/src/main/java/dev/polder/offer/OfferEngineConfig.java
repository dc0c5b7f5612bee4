package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The engine's settings. Immutable.
 *
 * @param offerTimeoutMs how long an offer stands unanswered; 1 or more
 * @param reofferDelayMs the shortest decline filter: what a framework declined, accepted without using any, or let time
 *     out, is not offered to it again sooner; 0 or more
 * @param reviveIntervalMs the shortest time between two revives of one framework and role; a further one waits; 0 or
 *     more
 * @param minimum an agent's free resources are offered only if they have at least as much as this of one scalar that is
 *     in it; scalars only. Nothing means that everything is offered
 */
public record OfferEngineConfig(long offerTimeoutMs, long reofferDelayMs, long reviveIntervalMs, Resources minimum) {
    /** Offers stand two minutes; the delay and the interval are a second; 0.01 cpus or 32 MiB are worth an offer. */
    public static final OfferEngineConfig DEFAULT = new OfferEngineConfig(
            120_000,
            1_000,
            1_000,
            Resources.builder().scalar("cpus", 10).scalar("mem", 32_000).build());

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if some are out of bounds; names all of them
     */
    public OfferEngineConfig {
        Objects.requireNonNull(minimum, "minimum");
        List<String> mistakes = new ArrayList<>();
        if (offerTimeoutMs < 1) {
            mistakes.add("offerTimeoutMs is " + offerTimeoutMs + ", must be 1 or more");
        }
        if (reofferDelayMs < 0) {
            mistakes.add("reofferDelayMs is " + reofferDelayMs + ", must be 0 or more");
        }
        if (reviveIntervalMs < 0) {
            mistakes.add("reviveIntervalMs is " + reviveIntervalMs + ", must be 0 or more");
        }
        if (!minimum.equals(minimum.scalarsOnly())) {
            mistakes.add("minimum is " + minimum + ", must be scalars only");
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", mistakes));
        }
    }
}
