package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import org.agrona.collections.IntArrayList;

/**
 * Moves resources between free, offered and used, and keeps what hangs on it: open offers, their deadlines, charges,
 * filters. Owned by the engine's thread.
 */
final class Ledger {
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Charges charges;
    private final OpenOffers offers;
    private final Deadlines deadlines;
    private final Filters filters;
    private final OfferView.Cursor view;
    private final OfferEngineConfig config;
    private final InverseOffers inverseOffers;

    /** What is charged where something of it is shared and used besides. */
    private final ResourceColumn reckoned = new ResourceColumn();

    Ledger(Books books, OfferView.Cursor view) {
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.charges = books.charges();
        this.offers = books.offers();
        this.deadlines = books.deadlines();
        this.filters = books.filters();
        this.config = books.config();
        this.inverseOffers = books.inverseOffers();
        this.view = view;
        reckoned.ensure(0);
    }

    // ---- offers

    /** Offers what is in {@code row}, which is free, for a demand of the subscription's if it named some, and tells. */
    void offer(long nowMs, int subscription, int agent, ResourceColumn amounts, int row, int demand, OfferSink sink) {
        int slot = enter(nowMs, subscription, agent, amounts, row);
        endSetAside(agent, subscription);
        subscriptions.cover(subscription, slot, demand, offers.amounts());
        sink.offered(view.at(slot));
    }

    private void endSetAside(int agent, int subscription) {
        if (subscriptions.setAsides.key(agent) == subscription) {
            subscriptions.setAsides.end(agent);
        }
    }

    /** Offers what is in {@code row}, which is free, as part of a gang; it is told later. Returns the slot. */
    int offer(long nowMs, Gangs.Wanted gang, int agent, ResourceColumn amounts, int row) {
        int slot = enter(nowMs, gang.subscription, agent, amounts, row);
        offers.setGang(slot, gang.id);
        return slot;
    }

    /** Tells of an offer that was made. */
    void tell(int slot, OfferSink sink) {
        sink.offered(view.at(slot));
    }

    private int enter(long nowMs, int subscription, int agent, ResourceColumn amounts, int row) {
        int slot = offers.add(subscription, agent, amounts, row, nowMs);
        agents.offer(agent, amounts, row);
        charges.chargeOffer(subscription, agent, amounts, row);
        long timesOutAtMs = Deadlines.after(nowMs, config.offerTimeoutMs());
        offers.setDeadline(slot, deadlines.set(timesOutAtMs, Deadlines.Kind.OFFER, slot));
        inverseOffers.touch(agent);
        if (!agents.free().special(agent).isEmpty()) {
            // a demand that was refused here may now be for other ports, or another disk, than those that were refused
            agents.touch(agent);
        }
        return slot;
    }

    /** Ends an offer of which nothing is used. */
    void end(int slot) {
        takeBack(slot);
        dropIfIdle(offers.subscription(slot));
    }

    private void takeBack(int slot) {
        int agent = offers.agent(slot);
        remove(slot, false);
        agents.takeBack(agent, offers.amounts(), slot);
        charges.discharge(offers.subscription(slot), agent, offers.amounts(), slot);
    }

    /** Takes an offer out of the lists; its amounts can be read until the next offer is made. */
    private void remove(int slot, boolean isUsed) {
        if (offers.deadline(slot) >= 0) {
            deadlines.callOff(offers.deadline(slot));
        }
        offers.remove(slot);
        inverseOffers.touch(offers.agent(slot));
        if (offers.gang(slot) == Gangs.NONE) {
            subscriptions.uncover(offers.subscription(slot), slot);
        } else {
            subscriptions.gangs.ended(offers.gang(slot), slot, isUsed);
        }
    }

    /** Ends an offer that nobody answered, and tells. */
    void rescind(int slot, OfferSink.Reason reason, OfferSink sink) {
        takeBack(slot);
        sink.rescinded(view.at(slot), reason);
        dropIfIdle(offers.subscription(slot));
    }

    void rescindOfAgent(int agent, OfferSink.Reason reason, OfferSink sink) {
        for (int slot = offers.ofAgent().first(agent);
                slot >= 0;
                slot = offers.ofAgent().first(agent)) {
            rescind(slot, reason, sink);
        }
    }

    /** Rescinds the offers to a framework of which {@code isMeant} is true. */
    void rescindOfFramework(int framework, IntPredicate isMeant, OfferSink.Reason reason, OfferSink sink) {
        for (int slot : offersOf(framework)) {
            if (isMeant.test(slot)) {
                rescind(slot, reason, sink);
            }
        }
    }

    /** Returns the slots of a framework's offers in the order in which they were made. */
    List<Integer> offersOf(int framework) {
        List<Integer> slots = new ArrayList<>();
        IntArrayList its = subscriptions.frameworks.subscriptions(framework);
        for (int i = 0; i < its.size(); i++) {
            Links links = offers.ofSubscription();
            for (int slot = links.first(its.getInt(i)); slot >= 0; slot = links.next(slot)) {
                slots.add(slot);
            }
        }
        slots.sort(Comparator.comparing(offers::id));
        return slots;
    }

    /** Returns what is in offers to a role and all below it, as far as it counts for quota. */
    Quantities offered(int role) {
        Quantities offered = Quantities.EMPTY;
        BitSet present = subscriptions.present();
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            Links its = offers.ofSubscription();
            int first = subscriptions.tree.isAtOrBelow(subscriptions.role(row), role) ? its.first(row) : -1;
            for (int slot = first; slot >= 0; slot = its.next(slot)) {
                offered = offered.plus(Pool.of(offers.amounts(), slot));
            }
        }
        return offered;
    }

    /** An offer's time is over: silence is a refusal; were it none, who never answers would starve others. */
    void timeOut(long nowMs, int slot, OfferSink sink) {
        offers.setDeadline(slot, OpenOffers.NONE);
        refuseAndRescind(nowMs, slot, OfferSink.Reason.TIMED_OUT, sink);
    }

    /** Ends an offer as if it had been declined, and tells. */
    void refuseAndRescind(long nowMs, int slot, OfferSink.Reason reason, OfferSink sink) {
        int subscription = offers.subscription(slot);
        refuse(nowMs, subscription, offers.agent(slot), offers.amounts(), slot, config.reofferDelayMs());
        rescind(slot, reason, sink);
    }

    /** Keeps a subscription from being offered this, or less of it, for some time. */
    void refuse(long nowMs, int subscription, int agent, ResourceColumn amounts, int row, long refuseMs) {
        boolean isThere = subscriptions.isSubscribed(subscription)
                && subscriptions.frameworks.isActive(subscriptions.framework(subscription));
        if (refuseMs > 0 && isThere && !amounts.isEmpty(row)) {
            filters.add(agent, subscription, amounts, row, Deadlines.after(nowMs, refuseMs));
            Demand kept = subscriptions.setAsides.demand(agent, subscription);
            if (kept != null && Bundle.fit(kept, amounts, row) > 0) {
                subscriptions.setAsides.end(agent);
            }
        }
    }

    /** Takes an offer off the books, but for its charge: the caller puts its resources elsewhere at once. */
    void endForUse(int slot, boolean isUsed) {
        remove(slot, isUsed);
        agents.endOffer(offers.agent(slot), offers.amounts(), slot);
    }

    // ---- use

    /** Returns what is used on an agent under a role. */
    Resources used(int agent, String role) {
        Resources used = Resources.EMPTY;
        Links its = agents.holdings.ofAgent();
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            if (subscriptions.path(agents.holdings.subscription(slot)).equals(role)) {
                used = used.plus(agents.holdings.amounts().get(slot));
            }
        }
        return used;
    }

    /** Makes resources used that {@link #endForUse} took out of offers. */
    void hold(int subscription, int agent, ResourceColumn amounts, int row) {
        boolean isReckoned = reckon(subscription, agent, amounts, row);
        agents.hold(agent, subscription, amounts, row);
        charges.charge(subscription, agent, isReckoned ? reckoned : amounts, isReckoned ? 0 : row);
    }

    /** Makes resources used, from what is free or beyond it. */
    void use(int subscription, int agent, ResourceColumn amounts, int row) {
        boolean isReckoned = reckon(subscription, agent, amounts, row);
        agents.use(agent, subscription, amounts, row);
        inverseOffers.touch(agent);
        charges.charge(subscription, agent, isReckoned ? reckoned : amounts, isReckoned ? 0 : row);
    }

    /** Makes resources that are part of a holding free, or less overcommitted. */
    void release(int holding, int subscription, int agent, ResourceColumn amounts, int row) {
        agents.release(agent, holding, amounts, row);
        inverseOffers.touch(agent);
        boolean isReckoned = reckon(subscription, agent, amounts, row);
        charges.discharge(subscription, agent, isReckoned ? reckoned : amounts, isReckoned ? 0 : row);
        dropIfIdle(subscription);
    }

    /**
     * Leaves out what is shared and used under the subscription on the agent besides: it is charged once, however many
     * copies are used.
     */
    private boolean reckon(int subscription, int agent, ResourceColumn amounts, int row) {
        int holding = agents.isMixed(agent) ? agents.holdings.find(agent, subscription) : Holdings.NONE;
        if (holding == Holdings.NONE) {
            return false;
        }
        Resources besides = agents.holdings.amounts().special(holding);
        reckoned.copy(0, amounts, row);
        reckoned.setSpecial(
                0,
                amounts.special(row)
                        .filter(id ->
                                !id.isShared() || besides.filter(id::equals).isEmpty()));
        return true;
    }

    /** Forgets everything in use on an agent. */
    void releaseAll(int agent) {
        Holdings holdings = agents.holdings;
        for (int slot = holdings.ofAgent().first(agent);
                slot >= 0;
                slot = holdings.ofAgent().first(agent)) {
            int subscription = holdings.subscription(slot);
            charges.discharge(subscription, agent, holdings.amounts(), slot);
            holdings.remove(slot);
            dropIfIdle(subscription);
        }
    }

    /** Forgets a subscription's row if it is neither subscribed nor charged. */
    void dropIfIdle(int subscription) {
        boolean isIdle = subscriptions.present().get(subscription)
                && !subscriptions.isSubscribed(subscription)
                && offers.ofSubscription().count(subscription) == 0
                && agents.holdings.ofSubscription().count(subscription) == 0;
        if (isIdle) {
            subscriptions.drop(subscription);
        }
    }
}
