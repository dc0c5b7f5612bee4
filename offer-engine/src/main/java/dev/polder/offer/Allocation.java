package dev.polder.offer;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One round of offers: for each agent that is due, in order of index, what is free goes to the subscription whose turn
 * it is, and what that may not have to the next. Owned by the engine's thread.
 *
 * <p>Between rounds one thing holds, and makes the next one cheap: whatever is offerable and not marked as changed is
 * refused, by a rule, to every eligible subscription that is neither fresh nor to be retried. So a round looks at
 * changed agents with everybody in mind, and at the others only for those.
 */
final class Allocation {
    /** With more fresh subscriptions than this it is quicker to walk the order than to search them for the first. */
    private static final int SEARCHED_MAX = 8;

    private static final int NONE = -1;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final RoleTree tree;
    private final Quotas quotas;
    private final Eligibility eligibility;
    private final Retries retries;
    private final Ledger ledger;
    private final Packing packing;
    private final GangOffers gangOffers;
    private final Preemptions preemptions;
    private final GangClearing gangClearing;
    private final Clearing clearing;
    private final InverseOffers inverseOffers;
    private final Deadlines deadlines;

    /** When to look again at those that wait in vain, -1 if that is not set. */
    private int lookAgain = NONE;

    /** Whether something happened since the last look at those. */
    private boolean isToConclude;

    /** How many set-asides had ended at the last look. */
    private long endsSeen;

    /** Whether shares and orders are those of an earlier cluster total. */
    private boolean isStale;

    private boolean isPaused;

    Allocation(Books books, Ledger ledger) {
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.tree = subscriptions.tree;
        this.quotas = books.quotas();
        this.eligibility = books.eligibility();
        this.retries = books.retries();
        this.ledger = ledger;
        this.packing = new Packing(agents.free(), tree.shares.clusterTotal);
        Prospects prospects = new Prospects(books);
        this.gangOffers = new GangOffers(books, ledger, this::nextAsInRound);
        this.preemptions = new Preemptions(books, ledger, prospects);
        this.gangClearing = new GangClearing(books, prospects);
        this.clearing = new Clearing(books, prospects);
        this.inverseOffers = books.inverseOffers();
        this.deadlines = books.deadlines();
    }

    /** Notes that the cluster's total has changed. */
    void takeTotal() {
        isStale |= tree.shares.clusterTotal.set(agents.quantities());
    }

    /** Brings shares and orders up to the cluster's total. */
    void rekeyIfStale() {
        if (isStale) {
            subscriptions.rekeyAll();
            isStale = false;
        }
    }

    boolean isStale() {
        return isStale;
    }

    void setPaused(boolean paused) {
        if (isPaused != paused) {
            isPaused = paused;
            subscriptions.demands.waitAnew();
            isToConclude = true;
        }
    }

    boolean isPaused() {
        return isPaused;
    }

    /** Tells whether {@link #run} has something to do. */
    boolean isDue() {
        return isRoundDue() || isConclusionDue() || subscriptions.gangs.hasBroken();
    }

    private boolean isRoundDue() {
        return !isPaused
                && (!agents.changed().isEmpty()
                        || !subscriptions.fresh().isEmpty()
                        || !retries.isEmpty()
                        || subscriptions.gangs.isNews()
                        || quotas.isHeldDue());
    }

    private boolean isConclusionDue() {
        return !isPaused && (isToConclude || hasSetAsideEnded() || inverseOffers.isDue());
    }

    private boolean hasSetAsideEnded() {
        return endsSeen != subscriptions.setAsides.ends();
    }

    /** Has those that wait in vain be looked at: something happened that the round does not see. */
    void wake() {
        isToConclude = true;
    }

    /** Notes that it is time to look again at those that wait in vain. */
    void expire() {
        lookAgain = NONE;
        isToConclude = true;
    }

    /** Returns how many deadlines there are of this. */
    int deadlineCount() {
        return lookAgain == NONE ? 0 : 1;
    }

    /** Does all that is due. */
    void run(long nowMs, OfferSink sink) {
        gangOffers.rescindBroken(nowMs, sink);
        // what is concluded, or offered for a guarantee, may leave others something to be offered
        while (isRoundDue() || isConclusionDue()) {
            if (isRoundDue()) {
                round(nowMs, sink);
                isToConclude = true;
            }
            conclude(nowMs, sink);
        }
    }

    private void round(long nowMs, OfferSink sink) {
        if (quotas.releaseHeld()) {
            subscriptions.gangs.refreshBeyondQuota();
        }
        rekeyIfStale();
        retries.sort();
        gangOffers.serve(nowMs, sink);
        BitSet fresh = subscriptions.fresh();
        boolean isWalked = isWalked();
        boolean isForFresh = !fresh.isEmpty();
        if (subscriptions.demands.present().isEmpty()) {
            for (int agent = due(0, isForFresh); agent >= 0; agent = due(agent + 1, isForFresh)) {
                serve(nowMs, agent, isWalked, sink);
            }
        } else {
            servePacked(nowMs, isForFresh, isWalked, sink);
        }
        while (!subscriptions.gangs.waiting().isEmpty() && gangOffers.serveFromTheRest(nowMs, sink)) {
            serveChanged(nowMs, isWalked, sink);
        }
        fresh.clear();
        retries.clear();
    }

    private boolean isWalked() {
        return subscriptions.fresh().cardinality() > SEARCHED_MAX;
    }

    /**
     * Does what is left after offers are made: has lower tasks make room for higher ones, sets agents aside for those that
     * wait in vain, asks frameworks to leave agents that will be unavailable.
     */
    private void conclude(long nowMs, OfferSink sink) {
        isToConclude = false;
        // when a set-aside has ended decides how long others wait, though nobody waits now
        boolean hasEnded = hasSetAsideEnded();
        endsSeen = subscriptions.setAsides.ends();
        rekeyIfStale();
        long again = Long.MAX_VALUE;
        if (!subscriptions.demands.present().isEmpty()) {
            again = preemptions.serve(nowMs, sink);
        }
        if (hasEnded || !subscriptions.gangs.waiting().isEmpty()) {
            again = Math.min(again, gangClearing.serve(nowMs, sink));
        }
        if (hasEnded || !subscriptions.demands.present().isEmpty()) {
            again = Math.min(again, clearing.serve(nowMs, sink));
        }
        lookAgainAt(again);
        inverseOffers.ask(nowMs, sink);
    }

    private void lookAgainAt(long timeMs) {
        if (lookAgain != NONE) {
            deadlines.callOff(lookAgain);
            lookAgain = NONE;
        }
        if (timeMs != Long.MAX_VALUE) {
            lookAgain = deadlines.set(timeMs, Deadlines.Kind.LOOK_AGAIN, 0);
        }
    }

    private void servePacked(long nowMs, boolean isForFresh, boolean isWalked, OfferSink sink) {
        for (int agent = due(0, isForFresh); agent >= 0; agent = due(agent + 1, isForFresh)) {
            packing.add(agent);
        }
        int count = packing.order();
        for (int i = 0; i < count; i++) {
            serve(nowMs, packing.agent(i), isWalked, sink);
        }
        packing.clear();
        serveChanged(nowMs, isWalked, sink);
    }

    /** Serves agents that were looked at already: an offer may have ended that others were set aside. */
    private void serveChanged(long nowMs, boolean isWalked, OfferSink sink) {
        for (int agent = agents.changed().nextSetBit(0);
                agent >= 0;
                agent = agents.changed().nextSetBit(0)) {
            serve(nowMs, agent, isWalked, sink);
        }
    }

    /** Offers what is free on an agent until nobody may have more of it. */
    private void serve(long nowMs, int agent, boolean isWalked, OfferSink sink) {
        boolean everybody = isWalked;
        int subscription = 0;
        while (subscription >= 0 && agents.offerable().get(agent)) {
            if (agents.changed().get(agent)) {
                everybody = true;
                agents.changed().clear(agent);
            }
            subscription = everybody ? next(agent) : nextOfFew(agent);
            if (subscription >= 0) {
                ledger.offer(nowMs, subscription, agent, eligibility.granted(), 0, eligibility.grantedDemand(), sink);
            }
        }
    }

    /** Returns the first agent from {@code from} on that is to be looked at, -1 if there is none. */
    private int due(int from, boolean isForFresh) {
        if (isForFresh) {
            return agents.offerable().nextSetBit(from);
        }
        int changed = agents.changed().nextSetBit(from);
        int retried = retries.agents().nextSetBit(from);
        while (retried >= 0 && !agents.offerable().get(retried)) {
            retried = retries.agents().nextSetBit(retried + 1);
        }
        return changed < 0 || retried < 0 ? Math.max(changed, retried) : Math.min(changed, retried);
    }

    /**
     * Returns the subscription whose turn it is on this agent, -1 if it is nobody's: first come roles that lack
     * something of their guarantee. What it may have is then granted in {@link Eligibility}.
     */
    int next(int agent) {
        int served = quotas.hasGuarantees() ? search(RoleTree.ROOT, agent, true) : NONE;
        return served >= 0 ? served : search(RoleTree.ROOT, agent, false);
    }

    /** Returns whose turn it is as the round will find it, which does not ask those again that were refused already. */
    private int nextAsInRound(int agent) {
        return agents.changed().get(agent) || isWalked() ? next(agent) : nextOfFew(agent);
    }

    /** Returns the rule by which an agent is none for a gang, were it the only one, null if it is one. */
    Refusal.@Nullable Why refusalOfGangInTurn(Gangs.Wanted gang, int agent) {
        return gangOffers.refusalInTurn(gang, agent, this::next);
    }

    /** Tells whether a gang waits that the next round would serve, and nothing has that round be; for the audit. */
    boolean isOverlooked(Gangs.Wanted gang) {
        return !isPaused && !isDue() && gangOffers.isOverlooked(gang);
    }

    private int search(int node, int agent, boolean forGuarantee) {
        int only = tree.onlyMember(node);
        if (only >= 0) {
            return mayHave(only, agent, forGuarantee) ? only : NONE;
        }
        FairOrder members = tree.members(node);
        if (members != null) {
            for (int i = 0; i < members.size(); i++) {
                if (mayHave(members.get(i), agent, forGuarantee)) {
                    return members.get(i);
                }
            }
            return NONE;
        }
        FairOrder children = tree.children(node);
        for (int i = 0; children != null && i < children.size(); i++) {
            int found = search(children.get(i), agent, forGuarantee);
            if (found >= 0) {
                return found;
            }
        }
        return NONE;
    }

    private boolean mayHave(int subscription, int agent, boolean forGuarantee) {
        return eligibility.refusal(subscription, agent) == null
                && (!forGuarantee
                        || quotas.servesGuarantee(
                                subscriptions.role(subscription), eligibility.granted(), 0, eligibility.nothing));
    }

    /** Returns whose turn it is among those that are fresh or to be retried on this agent. */
    private int nextOfFew(int agent) {
        int served = quotas.hasGuarantees() ? searchFew(agent, true) : NONE;
        int found = served >= 0 ? served : searchFew(agent, false);
        if (found >= 0) {
            // the grant is of whoever was asked last
            eligibility.refusal(found, agent);
        }
        return found;
    }

    private int searchFew(int agent, boolean forGuarantee) {
        int first = NONE;
        BitSet fresh = subscriptions.fresh();
        for (int candidate = fresh.nextSetBit(0); candidate >= 0; candidate = fresh.nextSetBit(candidate + 1)) {
            first = firstOf(first, candidate, agent, forGuarantee);
        }
        int at = retries.first(agent);
        for (int candidate = retries.subscription(at, agent);
                candidate >= 0;
                candidate = retries.subscription(++at, agent)) {
            if (subscriptions.isEligible(candidate)) {
                first = firstOf(first, candidate, agent, forGuarantee);
            }
        }
        return first;
    }

    private int firstOf(int first, int candidate, int agent, boolean forGuarantee) {
        boolean isEarlier = first < 0 || (first != candidate && subscriptions.comesBefore(candidate, first));
        return isEarlier && mayHave(candidate, agent, forGuarantee) ? candidate : first;
    }
}
