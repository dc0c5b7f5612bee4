package dev.polder.offer;

import dev.polder.offer.resource.Resources;

/**
 * A promise of resources on one agent to one framework under one role, valid until answered, rescinded or timed out.
 *
 * @param id counted up by the engine from 0, never used twice by one engine
 * @param framework the framework's index, from {@link OfferEngine#addFramework}
 * @param role the role's name
 * @param agent the agent's index, from {@link OfferEngine#addAgent}
 * @param resources what is promised, never nothing
 * @param madeAtMs the time of the {@link OfferEngine#run} that made it
 * @param gang the gang that it is part of, {@link OfferView#NO_GANG} if of none
 */
public record Offer(long id, int framework, String role, int agent, Resources resources, long madeAtMs, long gang) {}
