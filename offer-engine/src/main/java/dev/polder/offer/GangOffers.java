package dev.polder.offer;

import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.agrona.collections.IntArrayList;

/** Makes the offers of gangs, all or none, and sets agents aside for the first gang that waits. Owned by the engine's thread. */
final class GangOffers {
    /** Of so many agents one may be set aside for a gang, but {@link #SET_ASIDE_LEAST} in any case. */
    private static final int AGENTS_FOR_ONE = 4;

    private static final int SET_ASIDE_LEAST = 4;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Gangs gangs;
    private final SetAsides setAsides;
    private final Eligibility eligibility;
    private final Quotas quotas;
    private final Ledger ledger;
    private final Clearing clearing;
    private final Packing packing;
    private final long setAsideMs;

    /** Whose turn it is on an agent, -1 if it is nobody's. */
    private final IntUnaryOperator turns;

    /** What all offers of a gang hold together. */
    private final ResourceColumn sum = new ResourceColumn();

    /** The agents that have room for a gang. */
    private final IntArrayList roomy = new IntArrayList();

    GangOffers(Books books, Ledger ledger, Clearing clearing, IntUnaryOperator turns) {
        this.turns = turns;
        agents = books.agents();
        subscriptions = books.subscriptions();
        gangs = subscriptions.gangs;
        setAsides = subscriptions.setAsides;
        eligibility = books.eligibility();
        quotas = books.quotas();
        setAsideMs = books.config().setAsideMs();
        packing = new Packing(agents.free(), books.tree().shares.clusterTotal);
        this.ledger = ledger;
        this.clearing = clearing;
        sum.ensure(0);
    }

    /** Rescinds what is left of broken gangs, then serves those that can be served now. */
    void serve(long nowMs, OfferSink sink) {
        gangs.takeNews();
        for (int slot = gangs.brokenOffer(); slot >= 0; slot = gangs.brokenOffer()) {
            ledger.rescind(slot, OfferSink.Reason.GANG_BROKEN, sink);
        }
        if (gangs.waiting().isEmpty()) {
            return;
        }
        for (Gangs.Wanted wanted : List.copyOf(gangs.waiting())) {
            if (subscriptions.isWilling(wanted.subscription) && hasRoom(wanted)) {
                offer(nowMs, wanted, sink);
            }
        }
    }

    /** Tells whether so many agents have room at one time, and quota allows all of it; the agents are in roomy then. */
    private boolean hasRoom(Gangs.Wanted wanted) {
        BitSet offerable = agents.offerable();
        for (int agent = offerable.nextSetBit(0); agent >= 0; agent = offerable.nextSetBit(agent + 1)) {
            packing.add(agent);
        }
        int count = packing.order();
        roomy.clear();
        sum.clear(0);
        for (int i = 0; i < count && roomy.size() < wanted.gang.agents(); i++) {
            int agent = packing.agent(i);
            if (isItsTurn(wanted, agent) && eligibility.refusalOfGang(wanted, agent) == null) {
                roomy.addInt(agent);
                sum.add(0, eligibility.granted(), 0);
            }
        }
        packing.clear();
        int role = subscriptions.role(wanted.subscription);
        return roomy.size() == wanted.gang.agents()
                && (quotas.isFree(role) || quotas.cut(role, roomy.getInt(0), sum, 0) == null);
    }

    /** Tells whether nobody else may have something of an agent whose turn comes before the gang's. */
    private boolean isItsTurn(Gangs.Wanted wanted, int agent) {
        int next = turns.applyAsInt(agent);
        return next < 0 || next == wanted.subscription || subscriptions.comesBefore(wanted.subscription, next);
    }

    private void offer(long nowMs, Gangs.Wanted wanted, OfferSink sink) {
        gangs.serve(wanted);
        for (int i = 0; i < roomy.size(); i++) {
            int agent = roomy.getInt(i);
            Refusal.Why rule = eligibility.refusalOfGang(wanted, agent);
            if (rule != null) {
                throw Invariant.broken("gang %s has no room on agent %s: %s", wanted.id, agent, rule);
            }
            wanted.open.addInt(ledger.offer(nowMs, wanted, agent, eligibility.granted(), 0));
        }
        for (int slot : wanted.open.toIntArray()) {
            ledger.tell(slot, sink);
        }
    }

    /** Keeps agents for the first gang that waits: those that have room, and those that lack least. */
    void setAside(long nowMs) {
        if (setAsideMs == 0 || gangs.waiting().isEmpty()) {
            return;
        }
        for (Gangs.Wanted wanted : gangs.waiting()) {
            if (subscriptions.isWilling(wanted.subscription)) {
                if (wanted.restUntilMs <= nowMs && !setAsides.hasAny(wanted.key())) {
                    wanted.restUntilMs = Deadlines.after(nowMs, 2 * setAsideMs);
                    setAside(nowMs, wanted);
                }
                return;
            }
        }
    }

    private void setAside(long nowMs, Gangs.Wanted wanted) {
        int most = Math.max(SET_ASIDE_LEAST, agents.present().cardinality() / AGENTS_FOR_ONE);
        List<Integer> closest = wanted.gang.agents() > most ? List.of() : clearing.closest(wanted);
        if (closest.size() == wanted.gang.agents()) {
            closest.forEach(agent -> setAsides.add(agent, wanted.key(), Deadlines.after(nowMs, setAsideMs)));
        }
    }
}
