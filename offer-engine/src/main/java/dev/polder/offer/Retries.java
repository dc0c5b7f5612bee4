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

    /** Puts the pairs in order, so that they can be asked for. */
    void sort() {
        Arrays.sort(pairs, 0, size);
    }

    /** Returns the agents of all pairs; not to be changed. */
    BitSet agents() {
        return agents;
    }

    /** Finds an agent's pairs; returns where they begin. */
    int first(int agent) {
        int at = Arrays.binarySearch(pairs, 0, size, (long) agent << Integer.SIZE);
        if (at < 0) {
            return -at - 1;
        }
        while (at > 0 && pairs[at - 1] == pairs[at]) {
            at--;
        }
        return at;
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
