package dev.polder.offer;

import java.util.Arrays;

/**
 * The order in which a round visits agents. While somebody said what he waits for, those with least to give come first,
 * so that small tasks fill the gaps and large ones find room; else it is that of the indexes. Owned by the engine's
 * thread.
 */
final class Packing {
    /** An agent's index takes so many bits of a key; what is free takes the others. */
    private static final int INDEX_BITS = 22;

    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

    private final ResourceColumn free;
    private final ClusterTotal clusterTotal;
    private long[] keys = new long[16];
    private int size;

    Packing(ResourceColumn free, ClusterTotal clusterTotal) {
        this.free = free;
        this.clusterTotal = clusterTotal;
    }

    /** Notes an agent to be visited. */
    void add(int agent) {
        if (agent > INDEX_MASK) {
            throw Invariant.broken("agent %s: more agents than can be ordered", agent);
        }
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, 2 * size);
        }
        long largest = 0;
        for (int field = 0; field < ResourceColumn.FIELDS; field++) {
            largest = Math.max(largest, clusterTotal.part(field, free.plain(agent, field)));
        }
        keys[size++] = (Math.min(largest, Divisor.WHOLE) << INDEX_BITS) | agent;
    }

    /** Puts those that were added in order, and returns how many they are. */
    int order() {
        Arrays.sort(keys, 0, size);
        return size;
    }

    /** Returns the agent at a place. */
    int agent(int place) {
        return (int) keys[place] & INDEX_MASK;
    }

    void clear() {
        size = 0;
    }
}
