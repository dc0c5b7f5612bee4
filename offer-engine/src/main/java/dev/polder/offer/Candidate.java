package dev.polder.offer;

import dev.polder.offer.resource.Resources;

/**
 * A task or an open offer that might end for a demand of a higher priority.
 *
 * @param id the task's id, or the offer's slot
 * @param agent where it is
 * @param role whose it is
 * @param resources what becomes free when it ends
 * @param priority its priority
 * @param since when it began: a task's time, an offer's id; of equals the youngest goes first
 * @param isAsked whether it was asked to end before, and has not
 */
record Candidate(long id, int agent, String role, Resources resources, int priority, long since, boolean isAsked) {}
