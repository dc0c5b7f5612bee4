package dev.polder.offer;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Why a gang waits. Each agent is looked at as if it was the only one. So a gang that waits though it has room on as many as
 * it wants is beyond quota with all of them together, or has more of them only for its role's guarantee than that lacks, or
 * is offered at the next run.
 * Where {@link Refusal.Why#OWN_OFFERS} is the rule, offers of its own framework under its role keep it waiting: see
 * {@link OfferEngine#askForGang}.
 *
 * @param wanted on how many agents it wants room at once
 * @param roomy on how many it has room
 * @param refused by which rules how many others are none for it
 */
public record WaitingGang(int wanted, int roomy, SortedMap<Refusal.Why, Integer> refused) {
    /** Copies. */
    public WaitingGang {
        refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
    }

    WaitingGang(int wanted, Map<Refusal.Why, Integer> refused, int agents) {
        this(
                wanted,
                agents - refused.values().stream().mapToInt(Integer::intValue).sum(),
                new TreeMap<>(refused));
    }
}
