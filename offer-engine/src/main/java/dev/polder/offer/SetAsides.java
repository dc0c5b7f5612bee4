package dev.polder.offer;

import java.util.Arrays;
import java.util.BitSet;
import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Agents that are set aside: what becomes free on them, as far as everybody may have it, is offered for one demand of a
 * subscription, or one gang, alone, so that something large can fit there once. It hinders no role that lacks something
 * of what it is guaranteed. Each ends by itself after a time. Owned by the engine's thread; at most
 * one for each agent.
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

    /** Until when a subscription rests. */
    private long[] restUntilMs = {};

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

    /** Sets an agent aside on which tasks were asked to end; what was set aside for the subscription before ends. */
    void addPreempted(int agent, int subscription, Demand itsDemand, long untilMs) {
        endOf(subscription);
        add(agent, subscription, itsDemand, untilMs);
        preempted.set(agent);
    }

    /** Ends it for an agent, if it is set aside; others may have what is free there. */
    void end(int agent) {
        if (present.get(agent)) {
            deadlines.callOff(deadline[agent]);
            expire(agent);
        }
    }

    /** Ends it for an agent whose time is over. */
    void expire(int agent) {
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

    /** Has no agent be set aside for a subscription before a time, whatever it says meanwhile. */
    void restUntil(int subscription, long timeMs) {
        int before = restUntilMs.length;
        if (subscription >= before) {
            restUntilMs = Arrays.copyOf(restUntilMs, FreeList.rowsFor(subscription));
            Arrays.fill(restUntilMs, before, restUntilMs.length, Long.MIN_VALUE);
        }
        restUntilMs[subscription] = timeMs;
    }

    // ---- questions

    long restUntilMs(int subscription) {
        return subscription < restUntilMs.length ? restUntilMs[subscription] : Long.MIN_VALUE;
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

    /** Tells whether an agent is set aside for this subscription, but for another of its demands. */
    boolean isForAnotherDemand(int agent, int subscription, Demand than) {
        Demand its = key(agent) == subscription ? demand[agent] : null;
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
