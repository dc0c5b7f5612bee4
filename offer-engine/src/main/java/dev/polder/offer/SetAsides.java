package dev.polder.offer;

import dev.polder.offer.Prospects.Prospect;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Agents that are set aside: what becomes free on them, as far as everybody may have it, is offered for one demand of a
 * subscription, or one gang, alone, so that something large can fit there once. It hinders no role that lacks something
 * of what it is guaranteed. Each ends by itself after a time. Owned by the engine's thread; at most one for each agent.
 */
final class SetAsides {
    static final int NONE = -1;

    private final Agents agents;
    private final Deadlines deadlines;
    private final BitSet present = new BitSet();

    /** Those on which tasks were asked to end. */
    private final BitSet preempted = new BitSet();

    /** The agent that is set aside for a subscription. */
    private final Int2IntHashMap agentOf = new Int2IntHashMap(NONE);

    /** How many agents are set aside for gangs. */
    private int forGangs;

    /** For whom: a subscription, or the key of a gang, which is negative. */
    private int[] key = {};

    /** For which demand, null for a gang. */
    private @Nullable Demand[] demand = {};

    private int[] deadline = {};

    /** Until when it is not looked for an agent for a subscription. */
    private long[] restUntilMs = {};

    /** When one was last set aside for each subscription, and beside it for one of its gangs; the least for never. */
    private long[] lastMs = {};

    /** The agents that were kept in vain for a subscription or gang, by its key. */
    private final Map<Integer, BitSet> inVain = new HashMap<>();

    /** How many have ended. */
    private long ends;

    SetAsides(Agents agents, Deadlines deadlines) {
        this.agents = agents;
        this.deadlines = deadlines;
    }

    /** Returns the key of a gang. */
    static int gangKey(int id) {
        return NONE - 1 - id;
    }

    /** Sets an agent aside, which is not yet, until a time; the demand is null for a gang. */
    void add(int agent, int forKey, @Nullable Demand itsDemand, long untilMs) {
        if (agent >= key.length) {
            key = Arrays.copyOf(key, FreeList.rowsFor(agent));
            demand = Arrays.copyOf(demand, key.length);
            deadline = Arrays.copyOf(deadline, key.length);
        }
        present.set(agent);
        key[agent] = forKey;
        demand[agent] = itsDemand;
        deadline[agent] = deadlines.set(untilMs, Deadlines.Kind.SET_ASIDE, agent);
        if (forKey < NONE) {
            forGangs++;
        } else {
            agentOf.put(forKey, agent);
        }
    }

    /**
     * Sets an agent aside on which tasks were asked to end; what was set aside for the subscription before ends, and that
     * agent's for another.
     */
    void addPreempted(int agent, int subscription, Demand itsDemand, long untilMs) {
        endOf(subscription);
        end(agent);
        add(agent, subscription, itsDemand, untilMs);
        preempted.set(agent);
    }

    /** Ends it for an agent, if it is set aside; others may have what is free there. */
    void end(int agent) {
        if (present.get(agent)) {
            deadlines.callOff(deadline[agent]);
            remove(agent);
        }
    }

    /** Ends it for an agent whose time is over: it was kept in vain. */
    void expire(int agent) {
        inVain.computeIfAbsent(key[agent], its -> new BitSet()).set(agent);
        remove(agent);
    }

    private void remove(int agent) {
        present.clear(agent);
        preempted.clear(agent);
        demand[agent] = null;
        ends++;
        if (key[agent] < NONE) {
            forGangs--;
        } else {
            agentOf.remove(key[agent]);
        }
        agents.touch(agent);
    }

    /** Ends it for all agents that are set aside for a subscription or gang. */
    void endOf(int itsKey) {
        if (itsKey >= 0) {
            int agent = agentOf(itsKey);
            if (agent != NONE) {
                end(agent);
            }
            return;
        }
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            if (key[agent] == itsKey) {
                end(agent);
            }
        }
    }

    /** Knows nothing of a subscription, whose row may have been another's. */
    void start(int subscription) {
        if (subscription >= restUntilMs.length) {
            restUntilMs = Arrays.copyOf(restUntilMs, FreeList.rowsFor(subscription));
            lastMs = Arrays.copyOf(lastMs, 2 * restUntilMs.length);
        }
        restUntilMs[subscription] = Long.MIN_VALUE;
        Arrays.fill(lastMs, 2 * subscription, 2 * subscription + 2, Long.MIN_VALUE);
        inVain.remove(subscription);
    }

    /** Ends all for a gang, which waits no more, and knows nothing of it. */
    void forget(int gangKey) {
        endOf(gangKey);
        inVain.remove(gangKey);
    }

    /** Has no agent be set aside for a subscription before a time, whatever it says meanwhile. */
    void restUntil(int subscription, long timeMs) {
        restUntilMs[subscription] = timeMs;
    }

    /** Notes when an agent was set aside for a subscription, or for one of its gangs. */
    void noteLast(int subscription, boolean isForGang, long nowMs) {
        lastMs[2 * subscription + (isForGang ? 1 : 0)] = nowMs;
    }

    // ---- turns

    /** Orders subscriptions by when they, or gangs of theirs, had their last set-aside. */
    Comparator<Integer> longestAgoFirst(boolean isForGang) {
        return Comparator.comparingLong(subscription -> lastMs[2 * subscription + (isForGang ? 1 : 0)]);
    }

    /**
     * Puts the agents in order that would do for a subscription or gang: those that lack least first, but those that were
     * kept for it in vain last, until that was tried with all.
     */
    List<Prospect> inTurn(int itsKey, List<Prospect> these) {
        BitSet tried = inVain.getOrDefault(itsKey, new BitSet());
        if (these.stream().allMatch(each -> each.lacking() == 0 || tried.get(each.agent()))) {
            tried.clear();
        }
        return these.stream()
                .sorted(Comparator.<Prospect, Boolean>comparing(each -> each.lacking() > 0 && tried.get(each.agent()))
                        .thenComparing(Prospect.CLOSEST_FIRST))
                .toList();
    }

    // ---- questions

    long restUntilMs(int subscription) {
        return restUntilMs[subscription];
    }

    /** Tells whether an agent is set aside for another than this one. */
    boolean isForAnother(int agent, int than) {
        return !present.isEmpty() && present.get(agent) && key[agent] != than;
    }

    /** Returns for whom an agent is set aside, -1 if it is not. */
    int key(int agent) {
        return !present.isEmpty() && present.get(agent) ? key[agent] : NONE;
    }

    /** Returns the demand for which an agent is set aside, null for a gang. */
    @Nullable
    Demand demand(int agent) {
        return demand[agent];
    }

    /** Returns the demand of a subscription for which an agent is set aside, null if it is not for this one. */
    @Nullable
    Demand demand(int agent, int subscription) {
        return key(agent) == subscription ? demand[agent] : null;
    }

    /** Tells whether an agent is set aside for this subscription, but for another of its demands. */
    boolean isForAnotherDemand(int agent, int subscription, Demand than) {
        Demand its = demand(agent, subscription);
        return its != null && !its.isOfSameTasks(than);
    }

    /** Returns the agent that is set aside for a subscription, -1 if none is. */
    int agentOf(int subscription) {
        return agentOf.get(subscription);
    }

    /** Tells whether agents are set aside for a gang. */
    boolean hasGang() {
        return forGangs > 0;
    }

    /** Returns how many have ended, so that it can be seen whether there were more. */
    long ends() {
        return ends;
    }

    /** Returns how many agents are set aside for demands that wait until enough is free by itself. */
    int forDemands() {
        return present.cardinality() - forGangs - preempted.cardinality();
    }

    /** Tells whether tasks were asked to end on an agent, so that it was set aside. */
    boolean isPreempted(int agent) {
        return preempted.get(agent);
    }

    /** Returns how many agents are set aside. */
    int size() {
        return present.cardinality();
    }

    /** Returns the agents that are set aside; not to be changed. */
    BitSet present() {
        return present;
    }

    int deadline(int agent) {
        return deadline[agent];
    }
}
