package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;

/**
 * Agents that have the same in all, and are not offered to a framework under a role for the same reason.
 *
 * @param total what each of them has
 * @param count how many there are
 * @param free what is free on all of them together
 * @param example one of them, with the numbers behind the rule
 */
public record RefusedAgents(Resources total, int count, Quantities free, Refusal example) {
    /** Returns the first rule that said no. */
    public Refusal.Why why() {
        return example.why();
    }

    RefusedAgents withOneMore(Quantities itsFree) {
        return new RefusedAgents(total, count + 1, free.plus(itsFree), example);
    }
}
