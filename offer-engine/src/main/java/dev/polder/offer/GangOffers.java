package dev.polder.offer;

import dev.polder.offer.Prospects.Prospect;
import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Makes the offers of gangs, all or none, before single offers are made: as soon as so many agents have room at one time
 * on which a gang's turn comes before that of all others. For one gang at a time agents are set aside meanwhile; it would
 * wait for ever otherwise. Owned by the engine's thread.
 *
 * <p>A gang that had no room is looked at again only where an agent that changed, or is to be retried for it, has room
 * for it, or it is news itself: on all other offerable agents it has what it had.
 */
final class GangOffers {
    /** Of so many agents one may be set aside for a gang, but {@link #SET_ASIDE_LEAST} in any case. */
    private static final int AGENTS_FOR_ONE = 4;

    private static final int SET_ASIDE_LEAST = 4;
    private static final int NONE = -1;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Gangs gangs;
    private final SetAsides setAsides;
    private final Eligibility eligibility;
    private final Quotas quotas;
    private final Retries retries;
    private final Ledger ledger;
    private final Prospects prospects;
    private final Packing packing;
    private final long setAsideMs;

    /** Whose turn it is on an agent, -1 if it is nobody's; what it is granted then is known. */
    private final IntUnaryOperator turns;

    /** What all offers of a gang hold together. */
    private final ResourceColumn sum = new ResourceColumn();

    /** What a gang would be offered, by the place of the agent in {@link #roomy}. */
    private final ResourceColumn grants = new ResourceColumn();

    /** Until when nothing is set aside for any gang, so that on average no more than {@link #AGENTS_FOR_ONE} says is. */
    private long restUntilMs = Long.MIN_VALUE;

    /** How many set-asides had ended when gangs were looked at last. */
    private long endsSeen;

    /** The offerable agents, the fullest first; empty while that is not known. */
    private final IntArrayList packed = new IntArrayList();

    /** The agents that have room for a gang. */
    private final IntArrayList roomy = new IntArrayList();

    GangOffers(Books books, Ledger ledger, Prospects prospects, IntUnaryOperator turns) {
        this.turns = turns;
        agents = books.agents();
        subscriptions = books.subscriptions();
        gangs = subscriptions.gangs;
        setAsides = subscriptions.setAsides;
        eligibility = books.eligibility();
        quotas = books.quotas();
        retries = books.retries();
        setAsideMs = books.config().setAsideMs();
        packing = new Packing(agents.free(), books.tree().shares.clusterTotal);
        this.ledger = ledger;
        this.prospects = prospects;
        sum.ensure(0);
    }

    /** Rescinds what is left of broken gangs; it is not offered again at once to who asks anew. */
    void rescindBroken(long nowMs, OfferSink sink) {
        for (int slot = gangs.brokenOffer(); slot >= 0; slot = gangs.brokenOffer()) {
            ledger.refuseAndRescind(nowMs, slot, OfferSink.Reason.GANG_BROKEN, sink);
        }
    }

    // ---- offers

    /** Serves those that can be served now, in their order. */
    void serve(long nowMs, OfferSink sink) {
        if (gangs.waiting().isEmpty()) {
            return;
        }
        packed.clear();
        endsSeen = setAsides.ends();
        for (Gangs.Wanted wanted : inOrder()) {
            if (subscriptions.isWilling(wanted.subscription)
                    && (wanted.isNews || hasNewRoom(wanted))
                    && hasRoom(wanted)) {
                offer(nowMs, wanted, sink);
                packed.clear();
            }
            wanted.isNews = false;
        }
    }

    /**
     * Serves those that were passed over, or kept from what was set aside for others, from what is left now that everybody
     * else has had his turn; tells whether there were any.
     */
    boolean serveFromTheRest(long nowMs, OfferSink sink) {
        boolean isFreed = endsSeen != setAsides.ends();
        endsSeen = setAsides.ends();
        boolean isServed = false;
        packed.clear();
        for (Gangs.Wanted wanted : inOrder()) {
            boolean isToBeSeen = isFreed || wanted.isPassedOver;
            if (isToBeSeen && subscriptions.isWilling(wanted.subscription) && hasRoom(wanted)) {
                offer(nowMs, wanted, sink);
                packed.clear();
                isServed = true;
            }
        }
        return isServed;
    }

    /** Returns those that wait, by their subscriptions, then as they came. */
    private List<Gangs.Wanted> inOrder() {
        List<Gangs.Wanted> order = new ArrayList<>(gangs.waiting());
        order.sort((one, other) -> {
            if (one.subscription == other.subscription) {
                return 0;
            }
            return subscriptions.comesBefore(one.subscription, other.subscription) ? -1 : 1;
        });
        return order;
    }

    /** Tells whether an agent has room for a gang on which that may not have been so before. */
    private boolean hasNewRoom(Gangs.Wanted wanted) {
        return hasRoom(wanted, agents.changed()) || hasRoom(wanted, retries.agents());
    }

    private boolean hasRoom(Gangs.Wanted wanted, BitSet these) {
        for (int agent = these.nextSetBit(0); agent >= 0; agent = these.nextSetBit(agent + 1)) {
            if (agents.offerable().get(agent) && eligibility.refusalOfGang(wanted, agent) == null) {
                return true;
            }
        }
        return false;
    }

    /**
     * Tells whether so many agents have room at one time, and quota allows all of it; the agents are in {@link #roomy}
     * then, and what each gives in {@link #grants}.
     */
    private boolean hasRoom(Gangs.Wanted wanted) {
        roomy.clear();
        sum.clear(0);
        wanted.isPassedOver = false;
        int missing = wanted.gang.agents();
        if (agents.offerable().cardinality() >= missing) {
            pack();
        }
        for (int i = 0; missing > 0 && packed.size() - i >= missing; i++) {
            int agent = packed.getInt(i);
            int row = roomy.size();
            Refusal.Why rule = refusal(wanted, agent, row, turns);
            if (rule == null) {
                roomy.addInt(agent);
                sum.add(0, grants, row);
                missing--;
            }
            wanted.isPassedOver |= rule == Refusal.Why.OTHERS_FIRST;
        }
        int role = subscriptions.role(wanted.subscription);
        return missing == 0 && (quotas.isFree(role) || quotas.cut(role, roomy.getInt(0), sum, 0) == null);
    }

    private void pack() {
        if (packed.isEmpty()) {
            BitSet offerable = agents.offerable();
            for (int agent = offerable.nextSetBit(0); agent >= 0; agent = offerable.nextSetBit(agent + 1)) {
                packing.add(agent);
            }
            int count = packing.order();
            for (int i = 0; i < count; i++) {
                packed.addInt(packing.agent(i));
            }
            packing.clear();
        }
    }

    /**
     * Returns the rule by which an agent is none for a gang, {@link Refusal.Why#OTHERS_FIRST} if it is somebody else's
     * turn, null if it is one; then what the gang may have is in a row of {@link #grants}.
     */
    Refusal.@Nullable Why refusal(Gangs.Wanted wanted, int agent, int row, IntUnaryOperator whoIsNext) {
        Refusal.Why rule = eligibility.refusalOfGang(wanted, agent);
        if (rule != null) {
            return rule;
        }
        grants.ensure(row);
        grants.copy(row, eligibility.granted(), 0);
        return isTurnOf(wanted, row, whoIsNext.applyAsInt(agent)) ? null : Refusal.Why.OTHERS_FIRST;
    }

    /** Compares a gang with who is next on an agent; what the gang is granted is in a row, what that one is was asked last. */
    private boolean isTurnOf(Gangs.Wanted wanted, int row, int next) {
        if (next == NONE || next == wanted.subscription) {
            return true;
        }
        if (quotas.hasGuarantees()) {
            boolean isNextGuaranteed = quotas.servesGuarantee(subscriptions.role(next), eligibility.granted(), 0);
            boolean isGuaranteed = quotas.servesGuarantee(subscriptions.role(wanted.subscription), grants, row);
            if (isGuaranteed != isNextGuaranteed) {
                return isGuaranteed;
            }
        }
        return subscriptions.comesBefore(wanted.subscription, next);
    }

    private void offer(long nowMs, Gangs.Wanted wanted, OfferSink sink) {
        gangs.serve(wanted);
        for (int i = 0; i < roomy.size(); i++) {
            wanted.open.addInt(ledger.offer(nowMs, wanted, roomy.getInt(i), grants, i));
        }
        for (int slot : wanted.open.toIntArray()) {
            ledger.tell(slot, sink);
        }
    }

    // ---- agents for later

    /** Keeps agents for one gang that waits: those that have room, and those that lack least; returns when to look again. */
    long setAside(long nowMs) {
        if (setAsideMs == 0 || gangs.waiting().isEmpty() || setAsides.hasGang()) {
            return Long.MAX_VALUE;
        }
        if (restUntilMs > nowMs) {
            return restUntilMs;
        }
        long next = Long.MAX_VALUE;
        for (Gangs.Wanted wanted : inOrder()) {
            if (subscriptions.isWilling(wanted.subscription)) {
                if (wanted.restUntilMs <= nowMs) {
                    if (!prospects.maySearch(nowMs)) {
                        return prospects.searchableAtMs();
                    }
                    if (setAside(nowMs, wanted)) {
                        return Long.MAX_VALUE;
                    }
                    wanted.restUntilMs = Deadlines.after(nowMs, Prospects.REST_MS);
                }
                next = Math.min(next, wanted.restUntilMs);
            }
        }
        return next;
    }

    private boolean setAside(long nowMs, Gangs.Wanted wanted) {
        int most = Math.max(SET_ASIDE_LEAST, agents.present().cardinality() / AGENTS_FOR_ONE);
        Gang gang = wanted.gang;
        if (gang.agents() > most) {
            return false;
        }
        List<Prospect> closest = prospects.search(wanted.subscription, wanted.key(), gang.each()).stream()
                .sorted(Prospect.CLOSEST_FIRST)
                .limit(gang.agents())
                .toList();
        if (closest.size() < gang.agents() || !isAllowed(wanted)) {
            return false;
        }
        long untilMs = Math.min(wanted.endsMs, Deadlines.after(nowMs, setAsideMs));
        closest.forEach(each -> setAsides.add(each.agent(), wanted.key(), null, untilMs));
        wanted.isNews = true;
        wanted.restUntilMs = Deadlines.after(nowMs, 2 * setAsideMs);
        long kept = (long) AGENTS_FOR_ONE * gang.agents();
        restUntilMs = Deadlines.after(
                nowMs, setAsideMs * Math.max(1, kept / agents.present().cardinality()));
        return true;
    }

    /** Tells whether quota leaves room for all of a gang together, once all of it is free. */
    private boolean isAllowed(Gangs.Wanted wanted) {
        Quantities all = wanted.gang.each().shape().times(wanted.gang.agents());
        return quotas.allows(subscriptions.role(wanted.subscription), all, all);
    }
}
