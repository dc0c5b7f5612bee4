package dev.polder.offer;

import java.util.Arrays;

/**
 * Finds the slot of an open offer by its id. Ids are counted up, so that an id is its own hash: offers that are made
 * together lie side by side, and two share a bucket only when one has been open while as many offers were made as there
 * are buckets. Owned by the engine's thread; allocates only to grow.
 */
final class OfferIndex {
    static final int NONE = -1;

    /** The first slot of each bucket. */
    private int[] first = new int[16];

    /** The next slot of the same bucket, and the id, by slot. */
    private int[] next = {};

    private long[] ids = {};

    OfferIndex() {
        Arrays.fill(first, NONE);
    }

    void put(long id, int slot) {
        if (slot >= next.length) {
            reserve(FreeList.rowsFor(slot));
        }
        ids[slot] = id;
        enter(slot);
    }

    private void enter(int slot) {
        int bucket = bucket(ids[slot]);
        next[slot] = first[bucket];
        first[bucket] = slot;
    }

    /** Makes room for so many slots, a power of two, and as many buckets. */
    void reserve(int rows) {
        if (rows <= next.length) {
            return;
        }
        next = Arrays.copyOf(next, rows);
        ids = Arrays.copyOf(ids, rows);
        int[] before = first;
        first = new int[Math.max(rows, before.length)];
        Arrays.fill(first, NONE);
        for (int head : before) {
            int following;
            for (int slot = head; slot != NONE; slot = following) {
                following = next[slot];
                enter(slot);
            }
        }
    }

    /** Returns the slot, -1 if there is no such offer. */
    int get(long id) {
        int slot = first[bucket(id)];
        while (slot != NONE && ids[slot] != id) {
            slot = next[slot];
        }
        return slot;
    }

    /** Forgets an offer that is there. */
    void remove(long id, int slot) {
        int bucket = bucket(id);
        if (first[bucket] == slot) {
            first[bucket] = next[slot];
            return;
        }
        int before = first[bucket];
        while (next[before] != slot) {
            before = next[before];
        }
        next[before] = next[slot];
    }

    private int bucket(long id) {
        return (int) id & (first.length - 1);
    }
}
