package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sets agents aside for demands that fit nowhere, though they would on some agent if less was in use there: were what
 * becomes free offered at once, a large shape would wait for ever behind small ones. Owned by the engine's thread.
 *
 * <p>Bounded: one agent for a subscription, and a sixteenth of all agents together; who had one until its time was over
 * rests for as long.
 */
final class Clearing {
    /** Of so many agents one may be set aside. */
    private static final int AGENTS_FOR_ONE = 16;

    /** How long nothing is looked for after nothing was found. */
    private static final long LOOK_AGAIN_MS = 1_000;

    private static final int NONE = -1;
    private static final double NEVER = -1;
    private static final int FREE = 0;
    private static final int TOTAL = 1;
    private static final int NEEDED = 2;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Wishes wishes;
    private final SetAsides setAsides;
    private final Eligibility eligibility;
    private final Quotas quotas;
    private final Filters filters;
    private final long setAsideMs;
    private final ResourceColumn amounts = new ResourceColumn();

    Clearing(Books books) {
        agents = books.agents();
        subscriptions = books.subscriptions();
        wishes = subscriptions.wishes;
        setAsides = subscriptions.setAsides;
        eligibility = books.eligibility();
        quotas = books.quotas();
        filters = books.filters();
        setAsideMs = books.config().setAsideMs();
        amounts.ensure(NEEDED);
    }

    /** Sets agents aside for those that wait after a round, in their order. */
    void choose(long nowMs) {
        if (setAsideMs == 0 || wishes.present().isEmpty()) {
            return;
        }
        int most = Math.max(1, agents.present().cardinality() / AGENTS_FOR_ONE);
        while (setAsides.size() < most) {
            int subscription = firstWaiting(nowMs);
            if (subscription == NONE) {
                return;
            }
            int agent = choose(subscription);
            if (agent == NONE) {
                setAsides.restUntil(subscription, Deadlines.after(nowMs, LOOK_AGAIN_MS));
            } else {
                setAsides.add(agent, subscription, Deadlines.after(nowMs, setAsideMs));
                setAsides.restUntil(subscription, Deadlines.after(nowMs, 2 * setAsideMs));
            }
        }
    }

    private int firstWaiting(long nowMs) {
        int first = NONE;
        BitSet present = wishes.present();
        for (int each = present.nextSetBit(0); each >= 0; each = present.nextSetBit(each + 1)) {
            boolean isWaiting =
                    subscriptions.isEligible(each) && setAsides.restUntilMs(each) <= nowMs && !setAsides.hasAny(each);
            if (isWaiting && (first == NONE || subscriptions.comesBefore(each, first))) {
                first = each;
            }
        }
        return first;
    }

    /** Returns the agent that lacks least for a demand of a subscription, -1 if none ever fits. */
    private int choose(int subscription) {
        int best = NONE;
        for (int demand = 0; demand < wishes.count(subscription) && best == NONE; demand++) {
            if (wishes.isOpen(subscription, demand)) {
                best = choose(subscription, wishes.demand(subscription, demand));
            }
        }
        return best;
    }

    private int choose(int subscription, Demand demand) {
        int best = NONE;
        double least = Double.MAX_VALUE;
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            double lacking = lacking(subscription, subscription, demand, agent);
            if (lacking > 0 && lacking < least) {
                least = lacking;
                best = agent;
            }
        }
        return best;
    }

    /** Returns the agents, at most so many, that lack least for a gang, those first that lack nothing. */
    List<Integer> closest(Gangs.Wanted gang) {
        Map<Integer, Double> lacking = new HashMap<>();
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            double part = lacking(gang.subscription, gang.key(), gang.gang.each(), agent);
            if (part >= 0) {
                lacking.put(agent, part);
            }
        }
        return lacking.keySet().stream()
                .sorted(Comparator.<Integer, Double>comparing(lacking::get).thenComparing(agent -> agent))
                .limit(gang.gang.agents())
                .toList();
    }

    /**
     * Returns the largest part of what a task needs that is not free on an agent, 0 if it fits now; less than 0 if it
     * never does, or something else than what is in use there is in the way.
     */
    double lacking(int subscription, int key, Demand demand, int agent) {
        if (!agents.isOpen(agent)
                || setAsides.isForAnother(agent, key)
                || eligibility.refusalWhatever(subscription, agent) != null) {
            return NEVER;
        }
        copyVisible(subscription, agent, agents.total(), TOTAL);
        if (Bundle.fit(demand, amounts, TOTAL) == 0) {
            return NEVER;
        }
        Bundle.cut(demand, 1, amounts, TOTAL, amounts, NEEDED);
        int role = subscriptions.role(subscription);
        boolean isAllowed = quotas.isFree(role) || quotas.cut(role, agent, amounts, NEEDED) == null;
        if (!isAllowed || filters.match(agent, subscription, amounts, NEEDED)) {
            return NEVER;
        }
        copyVisible(subscription, agent, agents.free(), FREE);
        return Bundle.fit(demand, amounts, FREE) > 0 ? 0 : Math.max(Double.MIN_VALUE, lackingPart(demand));
    }

    private void copyVisible(int subscription, int agent, ResourceColumn from, int to) {
        amounts.copy(to, from, agent);
        if (agents.isMixed(agent)) {
            Resources special = amounts.special(to);
            amounts.setSpecial(to, special.filter(id -> eligibility.isFor(subscription, id)));
        }
    }

    private double lackingPart(Demand demand) {
        double most = 0;
        for (String name : demand.shape().names()) {
            double needed = demand.shape().of(name);
            double free = amounts.get(FREE).scalar(name);
            most = Math.max(most, (needed - free) / needed);
        }
        return most;
    }
}
