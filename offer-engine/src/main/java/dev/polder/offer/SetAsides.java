package dev.polder.offer;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Agents that are set aside: what becomes free on them is offered to one subscription alone, so that something large
 * can fit there once. Each ends by itself after a time. Owned by the engine's thread; at most one for each agent.
 */
final class SetAsides {
    static final int NONE = -1;

    private final Agents agents;
    private final Deadlines deadlines;
    private final BitSet present = new BitSet();
    private int[] subscription = {};
    private int[] deadline = {};

    /** How many agents are set aside for each subscription. */
    private int[] countOf = {};

    SetAsides(Agents agents, Deadlines deadlines) {
        this.agents = agents;
        this.deadlines = deadlines;
    }

    /** Sets an agent aside, which is not yet, until a time. */
    void add(int agent, int forSubscription, long untilMs) {
        if (agent >= subscription.length) {
            subscription = Arrays.copyOf(subscription, FreeList.rowsFor(agent));
            deadline = Arrays.copyOf(deadline, subscription.length);
        }
        if (forSubscription >= countOf.length) {
            countOf = Arrays.copyOf(countOf, FreeList.rowsFor(forSubscription));
        }
        present.set(agent);
        subscription[agent] = forSubscription;
        deadline[agent] = deadlines.set(untilMs, Deadlines.Kind.SET_ASIDE, agent);
        countOf[forSubscription]++;
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
        countOf[subscription[agent]]--;
        agents.touch(agent);
    }

    /** Ends it for all agents that are set aside for a subscription. */
    void endOf(int itsSubscription) {
        for (int agent = present.nextSetBit(0);
                agent >= 0 && count(itsSubscription) > 0;
                agent = present.nextSetBit(agent + 1)) {
            if (subscription[agent] == itsSubscription) {
                end(agent);
            }
        }
    }

    // ---- questions

    boolean isSet(int agent) {
        return present.get(agent);
    }

    /** Tells whether an agent is set aside for another subscription than this one. */
    boolean isForAnother(int agent, int than) {
        return present.get(agent) && subscription[agent] != than;
    }

    /** Returns for whom an agent is set aside, -1 if it is not. */
    int subscription(int agent) {
        return present.get(agent) ? subscription[agent] : NONE;
    }

    /** Returns how many agents are set aside for a subscription. */
    int count(int itsSubscription) {
        return itsSubscription < countOf.length ? countOf[itsSubscription] : 0;
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
