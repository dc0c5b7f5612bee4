package dev.polder.offer;

import java.util.Arrays;

/**
 * Slots for rows that come and go all the time: the one given back last is taken first, so that a steady state stays
 * in the cache and allocates nothing. Owned by the engine's thread.
 */
final class FreeList {
    private int[] free = new int[16];
    private int freeCount;
    private int slots;

    /** Takes a slot; if it is {@link #slots} minus 1, it was never taken before and its columns may have to grow. */
    int take() {
        return freeCount > 0 ? free[--freeCount] : slots++;
    }

    void give(int slot) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = slot;
    }

    /** Returns how many slots were ever taken at the same time. */
    int slots() {
        return slots;
    }

    /** Returns how many slots are taken now. */
    int taken() {
        return slots - freeCount;
    }

    /** Returns how many rows columns should have that must hold {@code slot}: they grow by doubling. */
    static int rowsFor(int slot) {
        return Math.max(16, Integer.highestOneBit(slot) << 1);
    }
}
