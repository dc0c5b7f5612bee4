package dev.polder.offer;

import dev.polder.offer.Prospects.Prospect;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which tasks have to make room for demands of a higher priority that have waited long enough: the demands of
 * the highest priority first, then in the fair order. Owned by the engine's thread.
 *
 * <p>It ends: every victim has a lower priority than what takes its place, for the agent is set aside for that demand
 * alone, and what took a place is no victim of what waits after it, since that has no higher priority. No task ends
 * whose role would lack something of its guarantee then: it might pass the set-aside, and be a victim again.
 */
final class Preemptions {
    /** On how many agents, those that lack least, it is looked for what takes more than one victim. */
    private static final int SEARCHED_MAX = 64;

    /** More tasks than this end for no demand. */
    private static final int VICTIMS_MAX = 64;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Demands demands;
    private final SetAsides setAsides;
    private final RunningTasks tasks;
    private final Quotas quotas;
    private final OpenOffers offers;
    private final Ledger ledger;
    private final Prospects prospects;
    private final long afterMs;
    private final long setAsideMs;

    Preemptions(Books books, Ledger ledger, Prospects prospects) {
        agents = books.agents();
        subscriptions = books.subscriptions();
        demands = subscriptions.demands;
        setAsides = subscriptions.setAsides;
        tasks = books.tasks();
        quotas = books.quotas();
        offers = books.offers();
        this.ledger = ledger;
        this.prospects = prospects;
        afterMs = books.config().preemptAfterMs().orElse(Long.MAX_VALUE);
        setAsideMs = books.config().preemptionMs();
    }

    /** Decides for all that have waited long enough, and tells; returns when to look again. */
    long choose(long nowMs, OfferSink sink) {
        if (afterMs == Long.MAX_VALUE || demands.present().isEmpty()) {
            return Long.MAX_VALUE;
        }
        for (Turn first = first(nowMs); first != null; first = first(nowMs)) {
            if (!prospects.maySearch(nowMs)) {
                return prospects.searchableAtMs();
            }
            if (!decide(nowMs, first.subscription, first.demand, sink)) {
                demands.restUntil(first.subscription, first.demand, Deadlines.after(nowMs, Prospects.REST_MS));
            }
        }
        return waiting().stream()
                .mapToLong(turn -> dueMs(nowMs, turn))
                .filter(dueMs -> dueMs > nowMs)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    // ---- whose turn it is

    /** A demand of a subscription that waits. */
    private record Turn(int subscription, int demand) {}

    /** Returns what comes first of those that are due, null if none is. */
    private @Nullable Turn first(long nowMs) {
        return waiting().stream()
                .filter(turn -> dueMs(nowMs, turn) <= nowMs)
                .min(this::compare)
                .orElse(null);
    }

    /** Returns the open demands for which room could be made, and is not being made already. */
    private List<Turn> waiting() {
        List<Turn> waiting = new ArrayList<>();
        BitSet present = demands.present();
        for (int each = present.nextSetBit(0); each >= 0; each = present.nextSetBit(each + 1)) {
            int count = isWaiting(each) ? demands.count(each) : 0;
            for (int demand = 0; demand < count; demand++) {
                if (demands.isOpen(each, demand)) {
                    waiting.add(new Turn(each, demand));
                }
            }
        }
        return waiting;
    }

    private boolean isWaiting(int subscription) {
        int agent = setAsides.agentOf(subscription);
        return subscriptions.isEligible(subscription) && (agent == SetAsides.NONE || !setAsides.isPreempted(agent));
    }

    private long dueMs(long nowMs, Turn turn) {
        return Math.max(
                Deadlines.after(demands.sinceMs(nowMs, turn.subscription, turn.demand), afterMs),
                demands.restUntilMs(turn.subscription, turn.demand));
    }

    /** Orders by priority, then by fairness; the demands of one subscription as they were said. */
    private int compare(Turn one, Turn other) {
        int byPriority =
                Integer.compare(priority(other.subscription, other.demand), priority(one.subscription, one.demand));
        if (byPriority != 0 || one.subscription == other.subscription) {
            return byPriority;
        }
        return subscriptions.comesBefore(one.subscription, other.subscription) ? -1 : 1;
    }

    private int priority(int subscription, int demand) {
        return tasks.priority(demands.demand(subscription, demand).priority(), subscriptions.path(subscription));
    }

    // ---- room

    /** Has room made for a demand, or finds that it is being made; tells whether. */
    private boolean decide(long nowMs, int subscription, int index, OfferSink sink) {
        Demand demand = demands.demand(subscription, index);
        int priority = priority(subscription, index);
        List<Prospect> found = prospects.search(subscription, subscription, demand).stream()
                .filter(each -> each.lacking() > 0)
                .toList();
        for (Prospect each : found) {
            if (makeRoomOfOffers(nowMs, subscription, demand, priority, each.agent(), sink)) {
                setAside(nowMs, subscription, demand, each.agent());
                return true;
            }
        }
        List<RunningTask> best = find(nowMs, subscription, demand, priority, found);
        if (best.isEmpty()) {
            return false;
        }
        int agent = best.get(0).agent();
        List<Long> ids = best.stream().map(RunningTask::id).toList();
        tasks.setEnding(ids, Deadlines.after(nowMs, setAsideMs));
        setAside(nowMs, subscription, demand, agent);
        sink.preempt(
                new Preemption(subscriptions.framework(subscription), subscriptions.path(subscription), agent, ids));
        return true;
    }

    /**
     * Tells whether no task has to end on an agent, for what is free or ends already is enough, or what is in offers of a
     * lower priority besides, which are rescinded then.
     */
    private boolean makeRoomOfOffers(
            long nowMs, int subscription, Demand demand, int priority, int agent, OfferSink sink) {
        List<Integer> lower = lowerOffers(priority, agent);
        if (lower.isEmpty() && !tasks.hasEnding(nowMs, agent)) {
            return false;
        }
        Victims.Room room = room(nowMs, subscription, agent);
        Resources free = room.free();
        for (int slot : lower) {
            free = free.plus(prospects.visible(subscription, offers.amounts().get(slot)));
        }
        boolean isEnough = new Victims(demand, new Victims.Room(free, room.debt()), List.of()).areNoneNeeded();
        if (isEnough) {
            lower.forEach(slot -> ledger.rescind(slot, OfferSink.Reason.PREEMPTED, sink));
        }
        return isEnough;
    }

    /** Returns the offers of an agent whose roles have a lower priority; those of gangs stand. */
    private List<Integer> lowerOffers(int priority, int agent) {
        List<Integer> lower = new ArrayList<>();
        Links its = offers.ofAgent();
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            if (offers.gang(slot) == Gangs.NONE && priorityOf(slot) < priority) {
                lower.add(slot);
            }
        }
        return lower;
    }

    /** Returns the priority of what an offer serves. */
    private int priorityOf(int slot) {
        int subscription = offers.subscription(slot);
        int demand = demands.has(subscription) ? demands.demandOf(slot) : Demands.NONE;
        return demand == Demands.NONE
                ? tasks.priority(subscriptions.path(subscription))
                : priority(subscription, demand);
    }

    private void setAside(long nowMs, int subscription, Demand demand, int agent) {
        setAsides.addPreempted(agent, subscription, demand, Deadlines.after(nowMs, setAsideMs));
    }

    // ---- victims

    /** Returns the best victims: one on any agent, or more on one of those that lack least. */
    private List<RunningTask> find(long nowMs, int subscription, Demand demand, int priority, List<Prospect> found) {
        Map<Integer, Quantities> ending = ending();
        List<RunningTask> best = List.of();
        List<Prospect> withLower = found.stream()
                .filter(each -> tasks.hasBelow(priority, each.agent()))
                .toList();
        for (Prospect each : withLower) {
            best = better(best, find(nowMs, subscription, demand, candidates(priority, each.agent(), ending), 1));
        }
        if (best.isEmpty()) {
            List<Prospect> closest = withLower.stream()
                    .sorted(Prospect.CLOSEST_FIRST)
                    .limit(SEARCHED_MAX)
                    .toList();
            for (Prospect each : closest) {
                int most = best.isEmpty() ? VICTIMS_MAX : best.size();
                best = better(
                        best, find(nowMs, subscription, demand, candidates(priority, each.agent(), ending), most));
            }
        }
        return best;
    }

    private List<RunningTask> find(
            long nowMs, int subscription, Demand demand, List<RunningTask> candidates, int most) {
        if (candidates.isEmpty()) {
            return List.of();
        }
        prospects.count(candidates.size());
        List<Resources> gains = candidates.stream()
                .map(task -> prospects.visible(subscription, task.resources()))
                .toList();
        Victims.Room room = room(nowMs, subscription, candidates.get(0).agent());
        return new Victims(demand, room, gains)
                .find(most).stream().map(candidates::get).toList();
    }

    /** Returns what tasks bring back that were asked to end and have not, by the node of their top-level role. */
    private Map<Integer, Quantities> ending() {
        Map<Integer, Quantities> ending = new HashMap<>();
        for (RunningTask task : tasks.ending()) {
            ending.merge(top(task), Pool.of(task.resources()), Quantities::plus);
        }
        return ending;
    }

    /** Returns the tasks on an agent that could end, all of them, without a role having less than it is guaranteed. */
    private List<RunningTask> candidates(int priority, int agent, Map<Integer, Quantities> ending) {
        List<RunningTask> lower = tasks.below(priority, agent);
        if (!quotas.hasGuarantees()) {
            return lower;
        }
        Map<Integer, Quantities> gone = new HashMap<>(ending);
        List<RunningTask> able = new ArrayList<>();
        for (RunningTask task : lower) {
            int top = top(task);
            Quantities all = gone.getOrDefault(top, Quantities.EMPTY).plus(Pool.of(task.resources()));
            if (all.names().stream().allMatch(name -> all.of(name) <= quotas.surplus(top, name))) {
                gone.put(top, all);
                able.add(task);
            }
        }
        return able;
    }

    private int top(RunningTask task) {
        RoleTree tree = subscriptions.tree;
        int node = tree.find(task.role());
        return node == RoleTree.NONE ? RoleTree.ROOT : tree.top(node);
    }

    /** Returns what is free, or will be when what ends already has ended, less what is in use beyond what there is. */
    private Victims.Room room(long nowMs, int subscription, int agent) {
        Resources room = prospects.visible(subscription, agents.free().get(agent));
        for (RunningTask task : tasks.on(agent)) {
            if (tasks.isEnding(nowMs, task)) {
                room = room.plus(prospects.visible(subscription, task.resources()));
            }
        }
        return new Victims.Room(room, prospects.visible(subscription, agents.overcommitted(agent)));
    }

    /** Returns which of these are fewer, then lower, then younger; what is nothing is no choice. */
    private List<RunningTask> better(List<RunningTask> one, List<RunningTask> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        int bySize = Integer.compare(one.size(), other.size());
        int byPriority = Integer.compare(highest(one), highest(other));
        int byAge = Long.compare(oldestMs(other), oldestMs(one));
        int order = bySize != 0 ? bySize : byPriority != 0 ? byPriority : byAge;
        return order <= 0 ? one : other;
    }

    private int highest(List<RunningTask> these) {
        return these.stream().mapToInt(tasks::priority).max().orElseThrow();
    }

    private static long oldestMs(List<RunningTask> these) {
        return these.stream().mapToLong(RunningTask::startedMs).min().orElseThrow();
    }
}
