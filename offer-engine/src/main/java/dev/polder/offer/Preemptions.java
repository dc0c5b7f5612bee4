package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which tasks have to make room for demands of a higher priority that have waited long enough: the demands of
 * the highest priority first, then in the fair order. Owned by the engine's thread.
 *
 * <p>It ends where each subscription names one demand: every victim has a lower priority than what takes its place, and
 * what took a place is no victim of what waits after it, since that has no higher priority. Of several demands another
 * may be served by the room that was made for the most urgent one.
 */
final class Preemptions {
    private static final int NONE = -1;

    /** How long nothing is looked for after nothing was found. */
    private static final long LOOK_AGAIN_MS = 1_000;

    /** On how many agents, those that lack least, it is looked for what takes more than one victim. */
    private static final int SEARCHED_MAX = 64;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Wishes wishes;
    private final SetAsides setAsides;
    private final Deadlines deadlines;
    private final Eligibility eligibility;
    private final RunningTasks tasks;
    private final Clearing clearing;
    private final long afterMs;
    private final long setAsideMs;
    private final Victims victims = new Victims();

    /** Until when nothing is looked for, by subscription. */
    private long[] restUntilMs = {};

    /** The agent on which victims were asked to end, by subscription, -1 before the first. */
    private int[] agentOf = {};

    /** When the next demand will have waited long enough, -1 if that is not known. */
    private int deadline = NONE;

    Preemptions(Books books, Clearing clearing) {
        agents = books.agents();
        subscriptions = books.subscriptions();
        wishes = subscriptions.wishes;
        setAsides = subscriptions.setAsides;
        deadlines = books.deadlines();
        eligibility = books.eligibility();
        tasks = books.tasks();
        this.clearing = clearing;
        afterMs = books.config().preemptAfterMs().orElse(Long.MAX_VALUE);
        setAsideMs = books.config().preemptionMs();
    }

    /** Has a subscription be looked for at once: it said something new. */
    void wake(int subscription) {
        if (subscription < restUntilMs.length) {
            restUntilMs[subscription] = Long.MIN_VALUE;
        }
    }

    /** Notes that the deadline has passed. */
    void expire() {
        deadline = NONE;
    }

    boolean hasDeadline() {
        return deadline != NONE;
    }

    /** Decides for all that have waited long enough, and tells. */
    void choose(long nowMs, OfferSink sink) {
        if (afterMs == Long.MAX_VALUE) {
            return;
        }
        for (int subscription = first(nowMs); subscription != NONE; subscription = first(nowMs)) {
            if (!decide(nowMs, subscription, sink)) {
                restUntilMs[subscription] = Deadlines.after(nowMs, LOOK_AGAIN_MS);
            }
        }
        setDeadline(nowMs);
    }

    /** Returns the subscription that has waited long enough and comes first, -1 if none has. */
    private int first(long nowMs) {
        int first = NONE;
        BitSet present = wishes.present();
        for (int each = present.nextSetBit(0); each >= 0; each = present.nextSetBit(each + 1)) {
            ensure(each);
            boolean isDue = isWaiting(each) && dueMs(each) <= nowMs && restUntilMs[each] <= nowMs;
            if (isDue && (first == NONE || comesBefore(each, first))) {
                first = each;
            }
        }
        return first;
    }

    private void ensure(int subscription) {
        int before = restUntilMs.length;
        if (subscription >= before) {
            restUntilMs = Arrays.copyOf(restUntilMs, FreeList.rowsFor(subscription));
            agentOf = Arrays.copyOf(agentOf, restUntilMs.length);
            Arrays.fill(restUntilMs, before, restUntilMs.length, Long.MIN_VALUE);
            Arrays.fill(agentOf, before, agentOf.length, NONE);
        }
    }

    /** Tells whether a subscription waits, and no victims make room for it already. */
    private boolean isWaiting(int subscription) {
        int agent = agentOf[subscription];
        return subscriptions.isEligible(subscription) && (agent == NONE || setAsides.key(agent) != subscription);
    }

    private long dueMs(int subscription) {
        return Deadlines.after(wishes.sinceMs(subscription), afterMs);
    }

    private boolean comesBefore(int one, int other) {
        int priority = priority(one, urgent(one));
        int otherPriority = priority(other, urgent(other));
        return priority == otherPriority ? subscriptions.comesBefore(one, other) : priority > otherPriority;
    }

    /** Returns the open demand of the highest priority. */
    private int urgent(int subscription) {
        int urgent = NONE;
        for (int demand = 0; demand < wishes.count(subscription); demand++) {
            boolean isHigher = urgent == NONE || priority(subscription, demand) > priority(subscription, urgent);
            urgent = wishes.isOpen(subscription, demand) && isHigher ? demand : urgent;
        }
        return urgent;
    }

    private int priority(int subscription, int demand) {
        return wishes.demand(subscription, demand)
                .priority()
                .orElseGet(() -> tasks.priority(subscriptions.path(subscription)));
    }

    private void setDeadline(long nowMs) {
        long next = Long.MAX_VALUE;
        BitSet present = wishes.present();
        for (int each = present.nextSetBit(0); each >= 0; each = present.nextSetBit(each + 1)) {
            if (isWaiting(each) && dueMs(each) > nowMs) {
                next = Math.min(next, dueMs(each));
            }
        }
        if (deadline != NONE && deadlines.timeMs(deadline) != next) {
            deadlines.callOff(deadline);
            deadline = NONE;
        }
        if (deadline == NONE && next != Long.MAX_VALUE) {
            deadline = deadlines.set(next, Deadlines.Kind.PREEMPTION, 0);
        }
    }

    // ---- victims

    /** Has room made for a subscription's most urgent demand, or finds that it is being made; tells whether. */
    private boolean decide(long nowMs, int subscription, OfferSink sink) {
        int index = urgent(subscription);
        Demand demand = wishes.demand(subscription, index);
        int priority = priority(subscription, index);
        Map<Integer, Double> lacking = lacking(subscription, demand, priority);
        List<Integer> inOrder = lacking.keySet().stream().sorted().toList();
        for (int agent : inOrder) {
            if (victims.isEnough(demand, room(subscription, agent), debt(subscription, agent))) {
                setAside(nowMs, subscription, agent);
                return true;
            }
        }
        List<RunningTask> best = List.of();
        for (int agent : inOrder) {
            best = better(best, find(subscription, demand, priority, agent, 1));
        }
        if (best.isEmpty()) {
            List<Integer> closest = inOrder.stream()
                    .sorted(Comparator.<Integer, Double>comparing(lacking::get).thenComparing(agent -> agent))
                    .limit(SEARCHED_MAX)
                    .toList();
            for (int agent : closest) {
                int most = best.isEmpty() ? Integer.MAX_VALUE : best.size();
                best = better(best, find(subscription, demand, priority, agent, most));
            }
        }
        if (best.isEmpty()) {
            return false;
        }
        int agent = best.get(0).agent();
        List<Long> ids = best.stream().map(RunningTask::id).toList();
        tasks.setEnding(ids);
        setAside(nowMs, subscription, agent);
        sink.preempt(
                new Preemption(subscriptions.framework(subscription), subscriptions.path(subscription), agent, ids));
        return true;
    }

    private void setAside(long nowMs, int subscription, int agent) {
        setAsides.endOf(subscription);
        setAsides.add(agent, subscription, Deadlines.after(nowMs, setAsideMs));
        agentOf[subscription] = agent;
    }

    /** Returns the agents on which lower tasks are in the way, and what part lacks there. */
    private Map<Integer, Double> lacking(int subscription, Demand demand, int priority) {
        Map<Integer, Double> lacking = new HashMap<>();
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            double part = tasks.hasBelowOrEnding(priority, agent)
                    ? clearing.lacking(subscription, subscription, demand, agent)
                    : 0;
            if (part > 0) {
                lacking.put(agent, part);
            }
        }
        return lacking;
    }

    private List<RunningTask> find(int subscription, Demand demand, int priority, int agent, int most) {
        return victims.find(
                demand,
                room(subscription, agent),
                debt(subscription, agent),
                tasks.below(priority, agent),
                resources -> visible(subscription, resources),
                most);
    }

    /** Returns what is free, or will be when what ends already has ended. */
    private Resources room(int subscription, int agent) {
        Resources room = visible(subscription, agents.free().get(agent));
        for (RunningTask task : tasks.on(agent)) {
            room = tasks.isEnding(task) ? room.plus(visible(subscription, task.resources())) : room;
        }
        return room;
    }

    private Resources debt(int subscription, int agent) {
        return visible(subscription, agents.overcommitted(agent));
    }

    private Resources visible(int subscription, Resources resources) {
        return resources.special().isEmpty() ? resources : resources.filter(id -> eligibility.isFor(subscription, id));
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
