package dev.polder.offer;

import java.util.Arrays;

/**
 * Lists of slots, one for each owner, in the order in which they were appended: a slot knows its neighbours, so that it
 * leaves its list in constant time, and nothing is allocated once the columns have grown. Owned by the engine's thread.
 */
final class Links {
    static final int NONE = -1;

    private int[] first = {};
    private int[] last = {};
    private int[] count = {};
    private int[] next = {};
    private int[] previous = {};

    /** Appends a slot, which is in no other list of this, to its owner's. */
    void append(int owner, int slot) {
        reserve(owner);
        if (slot >= next.length) {
            reserveSlots(FreeList.rowsFor(slot));
        }
        previous[slot] = last[owner];
        next[slot] = NONE;
        if (last[owner] == NONE) {
            first[owner] = slot;
        } else {
            next[last[owner]] = slot;
        }
        last[owner] = slot;
        count[owner]++;
    }

    /** Makes room for so many slots. */
    void reserveSlots(int rows) {
        if (rows > next.length) {
            next = Arrays.copyOf(next, rows);
            previous = Arrays.copyOf(previous, rows);
        }
    }

    /** Makes room for an owner. */
    void reserve(int owner) {
        int before = first.length;
        if (owner >= before) {
            int rows = FreeList.rowsFor(owner);
            first = Arrays.copyOf(first, rows);
            last = Arrays.copyOf(last, rows);
            count = Arrays.copyOf(count, rows);
            Arrays.fill(first, before, rows, NONE);
            Arrays.fill(last, before, rows, NONE);
        }
    }

    void remove(int owner, int slot) {
        if (previous[slot] == NONE) {
            first[owner] = next[slot];
        } else {
            next[previous[slot]] = next[slot];
        }
        if (next[slot] == NONE) {
            last[owner] = previous[slot];
        } else {
            previous[next[slot]] = previous[slot];
        }
        count[owner]--;
    }

    /** Returns an owner's first slot, -1 if it has none. */
    int first(int owner) {
        return owner < first.length ? first[owner] : NONE;
    }

    /** Returns an owner's last slot, -1 if it has none. */
    int last(int owner) {
        return owner < last.length ? last[owner] : NONE;
    }

    /** Returns the slot after this one in its list, -1 at the end. */
    int next(int slot) {
        return next[slot];
    }

    /** Returns the slot before this one in its list, -1 at the front. */
    int previous(int slot) {
        return previous[slot];
    }

    int count(int owner) {
        return owner < count.length ? count[owner] : 0;
    }
}
