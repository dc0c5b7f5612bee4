package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Tells what stands between agents and a task that fits on none of them now: how much more would have to be free, and
 * whether it would be offered then. Nothing is noted. Owned by the engine's thread.
 *
 * <p>All agents are looked at each time, so that is bounded: within {@link #WINDOW_MS} no search is begun after
 * {@link #LOOKS_MAX} agents, and tasks and offers that might make room, were looked at.
 */
final class Prospects {
    /** What never fits. */
    private static final double NEVER = -1;

    private static final int LOOKS_MAX = 100_000;
    private static final long WINDOW_MS = 100;

    private static final int FREE = 0;
    private static final int TOTAL = 1;
    private static final int NEEDED = 2;
    private static final int OFFERED = 3;

    /** An agent, and the largest part of what a task needs that is neither free there nor merely offered. */
    record Prospect(int agent, double lacking) {
        static final Comparator<Prospect> CLOSEST_FIRST =
                Comparator.comparingDouble(Prospect::lacking).thenComparingInt(Prospect::agent);
    }

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final OpenOffers offers;
    private final Eligibility eligibility;
    private final Quotas quotas;
    private final Filters filters;
    private final ResourceColumn amounts = new ResourceColumn();

    private long windowEndsMs = Long.MIN_VALUE;
    private long looks;

    Prospects(Books books) {
        agents = books.agents();
        subscriptions = books.subscriptions();
        offers = books.offers();
        eligibility = books.eligibility();
        quotas = books.quotas();
        filters = books.filters();
        amounts.ensure(OFFERED);
    }

    /** Tells whether one more search may begin now; if not, {@link #searchableAtMs} says when. */
    boolean maySearch(long nowMs) {
        if (nowMs >= windowEndsMs) {
            windowEndsMs = Deadlines.after(nowMs, WINDOW_MS);
            looks = 0;
        }
        return looks < LOOKS_MAX;
    }

    /** Notes that as much was looked at besides. */
    void count(long more) {
        looks += more;
    }

    /** Returns when the next search may begin after {@link #maySearch} said no. */
    long searchableAtMs() {
        return windowEndsMs;
    }

    /**
     * Returns the agents that are not kept from a subscription on which a task would fit if less was in use there, those on
     * which it fits now with 0.
     */
    List<Prospect> search(int subscription, Demand demand, IntPredicate isKept) {
        looks += agents.present().cardinality();
        List<Prospect> found = new ArrayList<>();
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            double lacking = isKept.test(agent) ? NEVER : lacking(subscription, demand, agent);
            if (lacking >= 0) {
                found.add(new Prospect(agent, lacking));
            }
        }
        return found;
    }

    private double lacking(int subscription, Demand demand, int agent) {
        if (!agents.isOpen(agent) || eligibility.refusalWhatever(subscription, agent) != null) {
            return NEVER;
        }
        copyVisible(subscription, agent, agents.total(), TOTAL);
        if (Bundle.fit(demand, amounts, TOTAL) == 0) {
            return NEVER;
        }
        Bundle.cut(demand, 1, amounts, TOTAL, amounts, NEEDED);
        copyVisible(subscription, agent, agents.free(), FREE);
        if (filters.match(agent, subscription, amounts, NEEDED) || !isAllowed(subscriptions.role(subscription))) {
            return NEVER;
        }
        return Bundle.fit(demand, amounts, FREE) > 0
                ? 0
                : Math.max(Double.MIN_VALUE, lackingPart(subscription, demand, agent));
    }

    /** Tells whether quota leaves a role what is needed once as much is free as is needed. */
    private boolean isAllowed(int role) {
        if (quotas.isFree(role)) {
            return true;
        }
        Quantities needed = Pool.of(amounts, NEEDED);
        return quotas.allows(role, needed, needed.minusSaturating(Pool.of(amounts, FREE)));
    }

    private void copyVisible(int subscription, int agent, ResourceColumn from, int to) {
        amounts.copy(to, from, agent);
        if (agents.isMixed(agent)) {
            amounts.setSpecial(to, visible(subscription, amounts.special(to)));
        }
    }

    /** Returns what of these a subscription may have at all. */
    Resources visible(int subscription, Resources these) {
        return these.special().isEmpty() ? these : these.filter(id -> eligibility.isFor(subscription, id));
    }

    private double lackingPart(int subscription, Demand demand, int agent) {
        addOffered(subscription, agent);
        Resources free = Bundle.counted(amounts.get(FREE));
        Resources overcommitted = Bundle.counted(visible(subscription, agents.overcommitted(agent)));
        double most = 0;
        for (String name : demand.shape().names()) {
            double needed = demand.shape().of(name);
            double there = (double) free.scalar(name) - overcommitted.scalar(name);
            most = Math.max(most, (needed - there) / needed);
        }
        return most;
    }

    /** Counts as free what is in offers, but for those of gangs: it comes back sooner than a task ends. */
    private void addOffered(int subscription, int agent) {
        Links its = offers.ofAgent();
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            if (offers.gang(slot) == Gangs.NONE) {
                amounts.copy(OFFERED, offers.amounts(), slot);
                amounts.setSpecial(OFFERED, visible(subscription, amounts.special(OFFERED)));
                amounts.add(FREE, amounts, OFFERED);
            }
        }
    }
}
