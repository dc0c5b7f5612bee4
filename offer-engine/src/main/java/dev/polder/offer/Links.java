package dev.polder.offer;

import java.util.Arrays;

/**
 * Lists of slots, one for each owner, in the order in which they were appended: a slot knows its neighbours, so that it
 * leaves its list in constant time, and nothing is allocated once the columns have grown. Owned by the engine's thread.
 */
final class Links {
    static final int NONE = -1;

    /** Where the first slot, the last slot and the number of slots of an owner are in its row. */
    private static final int FIRST = 0;

    private static final int LAST = 1;
    private static final int COUNT = 2;

    private static final int OWNER_FIELDS = 4;

    /** Where the neighbours of a slot are in its row. */
    private static final int PREVIOUS = 0;

    private static final int NEXT = 1;

    private static final int SLOT_FIELDS = 2;

    /** One row for each owner, its fields side by side, so that they are fetched together. */
    private int[] owners = {};

    /** One row for each slot. */
    private int[] slots = {};

    /** Appends a slot, which is in no other list of this, to its owner's. */
    void append(int owner, int slot) {
        reserve(owner);
        if (SLOT_FIELDS * slot >= slots.length) {
            reserveSlots(FreeList.rowsFor(slot));
        }
        int its = OWNER_FIELDS * owner;
        int last = owners[its + LAST];
        slots[SLOT_FIELDS * slot + PREVIOUS] = last;
        slots[SLOT_FIELDS * slot + NEXT] = NONE;
        if (last == NONE) {
            owners[its + FIRST] = slot;
        } else {
            slots[SLOT_FIELDS * last + NEXT] = slot;
        }
        owners[its + LAST] = slot;
        owners[its + COUNT]++;
    }

    /** Makes room for so many slots. */
    void reserveSlots(int rows) {
        if (SLOT_FIELDS * rows > slots.length) {
            slots = Arrays.copyOf(slots, SLOT_FIELDS * rows);
        }
    }

    /** Makes room for an owner. */
    void reserve(int owner) {
        int before = owners.length;
        if (OWNER_FIELDS * owner >= before) {
            owners = Arrays.copyOf(owners, OWNER_FIELDS * FreeList.rowsFor(owner));
            for (int at = before; at < owners.length; at += OWNER_FIELDS) {
                owners[at + FIRST] = NONE;
                owners[at + LAST] = NONE;
            }
        }
    }

    void remove(int owner, int slot) {
        int its = OWNER_FIELDS * owner;
        int previous = previous(slot);
        int next = next(slot);
        if (previous == NONE) {
            owners[its + FIRST] = next;
        } else {
            slots[SLOT_FIELDS * previous + NEXT] = next;
        }
        if (next == NONE) {
            owners[its + LAST] = previous;
        } else {
            slots[SLOT_FIELDS * next + PREVIOUS] = previous;
        }
        owners[its + COUNT]--;
    }

    /** Returns an owner's first slot, -1 if it has none. */
    int first(int owner) {
        return isKnown(owner) ? owners[OWNER_FIELDS * owner + FIRST] : NONE;
    }

    /** Returns an owner's last slot, -1 if it has none. */
    int last(int owner) {
        return isKnown(owner) ? owners[OWNER_FIELDS * owner + LAST] : NONE;
    }

    int count(int owner) {
        return isKnown(owner) ? owners[OWNER_FIELDS * owner + COUNT] : 0;
    }

    private boolean isKnown(int owner) {
        return OWNER_FIELDS * owner < owners.length;
    }

    /** Returns the slot after this one in its list, -1 at the end. */
    int next(int slot) {
        return slots[SLOT_FIELDS * slot + NEXT];
    }

    /** Returns the slot before this one in its list, -1 at the front. */
    int previous(int slot) {
        return slots[SLOT_FIELDS * slot + PREVIOUS];
    }
}
