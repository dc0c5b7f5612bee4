package dev.polder.offer;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Agents that are set aside: what becomes free on them is offered to one subscription, or one gang, alone, so that
 * something large can fit there once. Each ends by itself after a time. Owned by the engine's thread; at most one for each agent.
 */
final class SetAsides {
    static final int NONE = -1;

    private final Agents agents;
    private final Deadlines deadlines;
    private final BitSet present = new BitSet();

    /** For whom: a subscription, or the key of a gang, which is negative. */
    private int[] key = {};

    private int[] deadline = {};

    /** Until when a subscription rests. */
    private long[] restUntilMs = {};

    SetAsides(Agents agents, Deadlines deadlines) {
        this.agents = agents;
        this.deadlines = deadlines;
    }

    /** Returns the key of a gang. */
    static int gangKey(int id) {
        return NONE - 1 - id;
    }

    /** Sets an agent aside, which is not yet, until a time. */
    void add(int agent, int forKey, long untilMs) {
        if (agent >= key.length) {
            key = Arrays.copyOf(key, FreeList.rowsFor(agent));
            deadline = Arrays.copyOf(deadline, key.length);
        }
        present.set(agent);
        key[agent] = forKey;
        deadline[agent] = deadlines.set(untilMs, Deadlines.Kind.SET_ASIDE, agent);
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
        agents.touch(agent);
    }

    /** Ends it for all agents that are set aside for a subscription or gang. */
    void endOf(int itsKey) {
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

    boolean isSet(int agent) {
        return present.get(agent);
    }

    /** Tells whether an agent is set aside for another than this one. */
    boolean isForAnother(int agent, int than) {
        return !present.isEmpty() && present.get(agent) && key[agent] != than;
    }

    /** Returns for whom an agent is set aside, -1 if it is not. */
    int key(int agent) {
        return !present.isEmpty() && present.get(agent) ? key[agent] : NONE;
    }

    /** Tells whether an agent is set aside for this subscription or gang. */
    boolean hasAny(int itsKey) {
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            if (key[agent] == itsKey) {
                return true;
            }
        }
        return false;
    }

    /** Returns how many agents are set aside. */
    int size() {
        return present.cardinality();
    }

    BitSet present() {
        return present;
    }

    int deadline(int agent) {
        return deadline[agent];
    }
}
