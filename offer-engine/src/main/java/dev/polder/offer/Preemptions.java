package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.Prospects.Prospect;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Decides which tasks have to make room for demands of a higher priority that have waited long enough: the demands of
 * the highest priority first, then in the fair order. Owned by the engine's thread.
 *
 * <p>It ends, where tasks do: every victim has a lower priority than what takes its place, for the agent is set aside for
 * that demand alone, and what took a place is no victim of what waits after it, since that has no higher priority. Neither
 * a task nor an offer ends whose role would have less then than it is guaranteed: it might pass the set-aside, and be a
 * victim again.
 */
final class Preemptions extends WaitingLine<Preemptions.Claim> {
    /** A demand of a subscription that waits. */
    record Claim(int subscription, int index, int priority) {}

    private final Subscriptions subscriptions;
    private final Demands demands;
    private final SetAsides setAsides;
    private final RunningTasks tasks;
    private final Ledger ledger;
    private final VictimSearch search;
    private final long afterMs;
    private final long preemptionMs;

    Preemptions(Books books, Ledger ledger, Prospects prospects) {
        super(prospects);
        subscriptions = books.subscriptions();
        demands = subscriptions.demands;
        setAsides = subscriptions.setAsides;
        tasks = books.tasks();
        this.ledger = ledger;
        search = new VictimSearch(books, ledger, prospects);
        afterMs = books.config().preemptAfterMs().orElse(Long.MAX_VALUE);
        preemptionMs = books.config().preemptionMs();
    }

    // ---- whose turn it is

    @Override
    long openFromMs(long nowMs) {
        return afterMs == Long.MAX_VALUE ? Long.MAX_VALUE : nowMs;
    }

    /**
     * Returns the open demands for which room could be made, and is not being made already. They wait from now on, unless
     * they did already.
     */
    @Override
    List<Claim> waiting(long nowMs) {
        List<Claim> waiting = new ArrayList<>();
        BitSet present = demands.present();
        for (int each = present.nextSetBit(0); each >= 0; each = present.nextSetBit(each + 1)) {
            int count = isWaiting(each) ? demands.count(each) : 0;
            for (int index = 0; index < count; index++) {
                if (demands.isOpen(each, index)) {
                    demands.beginToWait(nowMs, each, index);
                    waiting.add(new Claim(each, index, priority(each, demands.demand(each, index))));
                }
            }
        }
        return waiting;
    }

    /** Orders by priority, then by fairness; the demands of one subscription as they were said. */
    @Override
    Comparator<Claim> order() {
        return Comparator.comparingInt(Claim::priority)
                .reversed()
                .thenComparing(Claim::subscription, subscriptions::compare);
    }

    private boolean isWaiting(int subscription) {
        int agent = setAsides.agentOf(subscription);
        return subscriptions.isEligible(subscription) && (agent == SetAsides.NONE || !setAsides.isPreempted(agent));
    }

    private int priority(int subscription, Demand demand) {
        return tasks.priority(demand.priority(), subscriptions.path(subscription));
    }

    @Override
    long dueMs(Claim claim) {
        return isWaiting(claim.subscription)
                ? Math.max(
                        Deadlines.after(demands.sinceMs(claim.subscription, claim.index), afterMs),
                        demands.restUntilMs(claim.subscription, claim.index))
                : Long.MAX_VALUE;
    }

    @Override
    void restUntil(Claim claim, long timeMs) {
        demands.restUntil(claim.subscription, claim.index, timeMs);
    }

    // ---- room

    /** Has room made for a demand, or finds that it is being made; tells whether. */
    @Override
    boolean makeRoom(long nowMs, Claim claim, OfferSink sink) {
        int subscription = claim.subscription;
        Demand demand = demands.demand(subscription, claim.index);
        List<Prospect> prospective = prospects.search(subscription, demand, agent -> isKept(agent, claim)).stream()
                .filter(each -> each.lacking() > 0 || setAsides.isForAnother(each.agent(), subscription))
                .toList();
        VictimSearch.Found found =
                search.find(nowMs, new VictimSearch.Seeker(subscription, demand, claim.priority), prospective);
        if (found == null) {
            return false;
        }
        int agent = found.agent();
        setAsides.addPreempted(agent, subscription, demand, Deadlines.after(nowMs, preemptionMs));
        found.offers().forEach(each -> ledger.rescind((int) each.id(), OfferSink.Reason.PREEMPTED, sink));
        if (!found.tasks().isEmpty()) {
            List<Long> ids = found.tasks().stream().map(Candidate::id).toList();
            tasks.setEnding(ids, Deadlines.after(nowMs, preemptionMs));
            String role = subscriptions.path(subscription);
            sink.preempt(new Preemption(subscriptions.framework(subscription), role, agent, ids));
        }
        return true;
    }

    /** Tells whether an agent is set aside for another, on which tasks were asked to end or whose priority is not lower. */
    private boolean isKept(int agent, Claim claim) {
        return setAsides.isForAnother(agent, claim.subscription)
                && (setAsides.isPreempted(agent) || priorityAt(agent) >= claim.priority);
    }

    /** Returns the priority of that for which an agent is set aside. */
    private int priorityAt(int agent) {
        int key = setAsides.key(agent);
        Demand demand = setAsides.demand(agent);
        return demand != null
                ? priority(key, demand)
                : tasks.priority(subscriptions.path(requireNonNull(subscriptions.gangs.byKey(key)).subscription));
    }
}
