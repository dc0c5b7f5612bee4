package dev.polder.offer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Makes the offers of gangs, all or none, before single offers are made: as soon as so many agents have room at one time
 * on which a gang's turn comes before that of all others. Owned by the engine's thread.
 *
 * <p>A gang that had no room is looked at again only where an agent that changed, or is to be retried for it, has room
 * for it, or it is news itself: on all other offerable agents it has what it had.
 */
final class GangOffers {
    private static final int NONE = -1;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Gangs gangs;
    private final SetAsides setAsides;
    private final Eligibility eligibility;
    private final Quotas quotas;
    private final Retries retries;
    private final Ledger ledger;
    private final Packing packing;

    /** Who is next on an agent, -1 if nobody is; what that one is granted then is known. */
    private final IntUnaryOperator nextOn;

    /** What all offers of a gang hold together that were found for it. */
    private final ResourceColumn sum = new ResourceColumn();

    /** What of that it gets before others because of what its role is guaranteed and lacks. */
    private final ResourceColumn byGuarantee = new ResourceColumn();

    /** Whether that is so of what was found last. */
    private boolean isByGuarantee;

    /** What a gang would be offered, by the place of the agent in {@link #roomy}. */
    private final ResourceColumn grants = new ResourceColumn();

    /** How many set-asides had ended when gangs were looked at last. */
    private long endsSeen;

    /** The offerable agents, the fullest first; empty while that is not known. */
    private final IntArrayList packed = new IntArrayList();

    /** The agents that have room for a gang. */
    private final IntArrayList roomy = new IntArrayList();

    GangOffers(Books books, Ledger ledger, IntUnaryOperator nextOn) {
        this.nextOn = nextOn;
        agents = books.agents();
        subscriptions = books.subscriptions();
        gangs = subscriptions.gangs;
        setAsides = subscriptions.setAsides;
        eligibility = books.eligibility();
        quotas = books.quotas();
        retries = books.retries();
        packing = new Packing(agents.free(), books.tree().shares.clusterTotal);
        this.ledger = ledger;
        sum.ensure(0);
        byGuarantee.ensure(0);
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
        return hasRoomOnAny(wanted, agents.changed()) || hasRoomOnAny(wanted, retries.agents());
    }

    private boolean hasRoomOnAny(Gangs.Wanted wanted, BitSet these) {
        for (int agent = these.nextSetBit(0); agent >= 0; agent = these.nextSetBit(agent + 1)) {
            boolean isOfferable = agents.offerable().get(agent);
            if (isOfferable && eligibility.refusalOfGang(wanted, agent, eligibility.nothing) == null) {
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
        byGuarantee.clear(0);
        wanted.isPassedOver = false;
        wanted.isBeyondQuota = false;
        int missing = wanted.gang.agents();
        if (agents.offerable().cardinality() >= missing) {
            pack();
        }
        for (int i = 0; missing > 0 && packed.size() - i >= missing; i++) {
            int agent = packed.getInt(i);
            int row = roomy.size();
            Refusal.Why rule = refusalInTurn(wanted, agent, row, nextOn);
            if (rule == null) {
                roomy.addInt(agent);
                sum.add(0, grants, row);
                if (isByGuarantee) {
                    byGuarantee.add(0, grants, row);
                }
                missing--;
            }
            wanted.isPassedOver |= rule == Refusal.Why.OTHERS_FIRST;
        }
        int role = subscriptions.role(wanted.subscription);
        wanted.isBeyondQuota =
                missing == 0 && !quotas.isFree(role) && quotas.cut(role, Quotas.OF_SEVERAL, sum, 0) != null;
        return missing == 0 && !wanted.isBeyondQuota;
    }

    /** Tells whether a gang could be served, though nothing has it be looked at. */
    boolean isOverlooked(Gangs.Wanted wanted) {
        boolean wasPassedOver = wanted.isPassedOver;
        boolean wasBeyondQuota = wanted.isBeyondQuota;
        packed.clear();
        boolean isOverlooked = subscriptions.isWilling(wanted.subscription) && hasRoom(wanted);
        wanted.isPassedOver = wasPassedOver;
        wanted.isBeyondQuota = wasBeyondQuota;
        return isOverlooked;
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

    /** Returns the rule by which an agent is none for a gang, were it the only one, null if it is one. */
    Refusal.@Nullable Why refusalInTurn(Gangs.Wanted wanted, int agent, IntUnaryOperator whoIsNext) {
        byGuarantee.clear(0);
        return refusalInTurn(wanted, agent, 0, whoIsNext);
    }

    /**
     * Returns the rule by which an agent is none for a gang that gets what is in {@link #byGuarantee} besides,
     * {@link Refusal.Why#OTHERS_FIRST} if it is somebody else's turn, null if it is one; then what the gang may have is in
     * a row of {@link #grants}.
     */
    private Refusal.@Nullable Why refusalInTurn(Gangs.Wanted wanted, int agent, int row, IntUnaryOperator whoIsNext) {
        Refusal.Why rule = eligibility.refusalOfGang(wanted, agent, byGuarantee);
        if (rule != null) {
            return rule;
        }
        grants.ensure(row);
        grants.copy(row, eligibility.granted(), 0);
        isByGuarantee = eligibility.isByGuarantee();
        return isTurnOf(wanted, row, whoIsNext.applyAsInt(agent)) ? null : Refusal.Why.OTHERS_FIRST;
    }

    /** Compares a gang with who is next on an agent; what the gang is granted is in a row, what that one is was asked last. */
    private boolean isTurnOf(Gangs.Wanted wanted, int row, int next) {
        if (next == NONE || next == wanted.subscription) {
            return true;
        }
        boolean comesBefore = subscriptions.comesBefore(wanted.subscription, next);
        if (!quotas.hasGuarantees()) {
            return comesBefore;
        }
        boolean isNextGuaranteed =
                quotas.servesGuarantee(subscriptions.role(next), eligibility.granted(), 0, eligibility.nothing);
        boolean isGuaranteed =
                quotas.servesGuarantee(subscriptions.role(wanted.subscription), grants, row, byGuarantee);
        isByGuarantee |= isGuaranteed && (isNextGuaranteed || !comesBefore);
        return isGuaranteed == isNextGuaranteed ? comesBefore : isGuaranteed;
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
}
