package dev.polder.offer;

/**
 * The engine's settings.
 *
 * @param offerTimeoutMs how long an offer stands unanswered; 1 or more
 * @param reofferDelayMs the shortest decline filter: what a framework declined, or accepted without using any, is not
 *     offered to it again sooner; 0 or more
 * @param reviveIntervalMs the shortest time between two revives of one framework and role; a further one waits
 * @param minimum an agent's free resources are offered only if they cover at least one of cpus or mem of this; Mesos
 *     uses 0.01 cpus or 32 MiB
 */
public record OfferEngineConfig(long offerTimeoutMs, long reofferDelayMs, long reviveIntervalMs, Resources minimum) {}
