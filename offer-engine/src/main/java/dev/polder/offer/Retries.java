package dev.polder.offer;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Pairs of agent and subscription that the next round must look at again, because a filter of just that pair has ended:
 * everybody else's answer is as it was. Owned by the engine's thread; as many as filters ended since the last round.
 */
final class Retries {
    private long[] pairs = new long[16];
    private int size;
    private final BitSet agents = new BitSet();

    /** Where the pairs of the agent begin that was asked for last. */
    private int position;

    void add(int agent, int subscription) {
        if (size == pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * size);
        }
        pairs[size++] = ((long) agent << Integer.SIZE) | subscription;
        agents.set(agent);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Puts the pairs in order of agents; after that they are asked for in that order. */
    void sort() {
        Arrays.sort(pairs, 0, size);
        position = 0;
    }

    /** Returns the agents of all pairs; not to be changed. */
    BitSet agents() {
        return agents;
    }

    /** Finds an agent's pairs, which come after those of the agent before; returns where they begin. */
    int first(int agent) {
        while (position < size && (int) (pairs[position] >>> Integer.SIZE) < agent) {
            position++;
        }
        return position;
    }

    /** Returns the subscription at a position if it is of this agent's pairs, else -1. */
    int subscription(int at, int agent) {
        return at < size && (int) (pairs[at] >>> Integer.SIZE) == agent ? (int) pairs[at] : -1;
    }

    void clear() {
        size = 0;
        agents.clear();
    }
}
