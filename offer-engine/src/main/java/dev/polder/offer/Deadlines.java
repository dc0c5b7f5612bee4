package dev.polder.offer;

import java.util.Arrays;
import java.util.Objects;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What happens at a time unless it is called off before, in order of time, and at one time in the order in which it was
 * set. Whatever is due at the same millisecond hangs in one list, and a binary heap orders the lists: to set and to call
 * off is constant work where many things are due together, as filters and offers of one round are. Nothing is allocated
 * once the columns have grown. Owned by the engine's thread; as large as what it times, which is bounded where it is
 * made.
 */
final class Deadlines {
    /** What a deadline is about. */
    enum Kind {
        /** An open offer times out; the reference is its slot. */
        OFFER,
        /** A decline filter ends; the reference is its slot. */
        FILTER,
        /** A gang's time is over; the reference is its id. */
        GANG,
        /** An agent is no longer set aside; the reference is the agent. */
        SET_ASIDE,
        /** An inverse offer times out, or its filter ends; the reference is known to {@link InverseOffers}. */
        INVERSE_OFFER,
        /** Those that wait in vain are to be looked at again; the reference is 0. */
        LOOK_AGAIN,
        /** A revive that came too soon is performed; the reference is the subscription. */
        REVIVE
    }

    private static final int NONE = -1;

    private final FreeList nodes = new FreeList();
    private @Nullable Kind[] kind = {};
    private int[] reference = {};
    private int[] next = {};
    private int[] previous = {};

    /** The list that a node hangs in. */
    private int[] list = {};

    private final FreeList lists = new FreeList();
    private long[] atMs = {};
    private int[] first = {};
    private int[] last = {};

    /** The list's place in the heap. */
    private int[] place = {};

    private final Long2LongHashMap listAt = new Long2LongHashMap(NONE);
    private int[] heap = new int[16];
    private int heapSize;

    /** The list that was used last, -1 if it has ended. */
    private int recent = NONE;

    /** What {@link #poll} found last. */
    private Kind dueKind = Kind.OFFER;

    private int dueReference;

    /** Returns {@code nowMs + delayMs}, or never where that is beyond all time. */
    static long after(long nowMs, long delayMs) {
        long atMs = nowMs + delayMs;
        return atMs < nowMs ? Long.MAX_VALUE : atMs;
    }

    /** Returns the time of the first deadline, {@code Long.MAX_VALUE} if there is none. */
    long firstMs() {
        return heapSize == 0 ? Long.MAX_VALUE : atMs[heap[0]];
    }

    int size() {
        return nodes.taken();
    }

    /** Sets a deadline; what is returned calls it off. */
    int set(long timeMs, Kind what, int about) {
        int node = nodes.take();
        if (node >= kind.length) {
            growNodes(FreeList.rowsFor(node));
        }
        int itsList = listFor(timeMs);
        kind[node] = what;
        reference[node] = about;
        list[node] = itsList;
        next[node] = NONE;
        previous[node] = last[itsList];
        if (last[itsList] == NONE) {
            first[itsList] = node;
        } else {
            next[last[itsList]] = node;
        }
        last[itsList] = node;
        return node;
    }

    /** What is done together is due together, so the list that was used last is the one that is asked for most. */
    private int listFor(long timeMs) {
        if (recent == NONE || atMs[recent] != timeMs) {
            recent = (int) listAt.get(timeMs);
            if (recent == NONE) {
                recent = startList(timeMs);
            }
        }
        return recent;
    }

    /** Makes room for so many deadlines, a power of two. */
    void reserve(int rows) {
        if (rows > kind.length) {
            growNodes(rows);
        }
    }

    /** Removes a deadline that is set. */
    void callOff(int node) {
        int itsList = list[node];
        if (previous[node] == NONE) {
            first[itsList] = next[node];
        } else {
            next[previous[node]] = next[node];
        }
        if (next[node] == NONE) {
            last[itsList] = previous[node];
        } else {
            previous[next[node]] = previous[node];
        }
        kind[node] = null;
        nodes.give(node);
        if (first[itsList] == NONE) {
            endList(itsList);
        }
    }

    /**
     * Removes the first deadline if it is at or before {@code nowMs}; {@link #dueKind} and {@link #dueReference} then
     * tell what it was.
     */
    boolean poll(long nowMs) {
        if (firstMs() > nowMs || heapSize == 0) {
            return false;
        }
        int node = first[heap[0]];
        dueKind = Objects.requireNonNull(kind[node]);
        dueReference = reference[node];
        callOff(node);
        return true;
    }

    Kind dueKind() {
        return dueKind;
    }

    int dueReference() {
        return dueReference;
    }

    /** Returns what a deadline that is set is about. */
    int reference(int node) {
        return reference[node];
    }

    /** Returns the time of a deadline that is set. */
    long timeMs(int node) {
        return atMs[list[node]];
    }

    /** Tells whether a node is set for this. */
    boolean isSet(int node, Kind what, int about) {
        return node >= 0 && node < nodes.slots() && kind[node] == what && reference[node] == about;
    }

    /** Tells whether the heap is in order, for its checks. */
    boolean isOrdered() {
        for (int i = 1; i < heapSize; i++) {
            if (atMs[heap[(i - 1) >>> 1]] >= atMs[heap[i]] || place[heap[i]] != i) {
                return false;
            }
        }
        return true;
    }

    // ---- lists

    private void growNodes(int rows) {
        kind = Arrays.copyOf(kind, rows);
        reference = Arrays.copyOf(reference, rows);
        next = Arrays.copyOf(next, rows);
        previous = Arrays.copyOf(previous, rows);
        list = Arrays.copyOf(list, rows);
    }

    private int startList(long timeMs) {
        int started = lists.take();
        if (started >= atMs.length) {
            int rows = FreeList.rowsFor(started);
            atMs = Arrays.copyOf(atMs, rows);
            first = Arrays.copyOf(first, rows);
            last = Arrays.copyOf(last, rows);
            place = Arrays.copyOf(place, rows);
        }
        atMs[started] = timeMs;
        first[started] = NONE;
        last[started] = NONE;
        listAt.put(timeMs, started);
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, 2 * heapSize);
        }
        heapSize++;
        up(heapSize - 1, started);
        return started;
    }

    private void endList(int ended) {
        listAt.remove(atMs[ended]);
        lists.give(ended);
        recent = recent == ended ? NONE : recent;
        heapSize--;
        int moved = heap[heapSize];
        if (moved != ended) {
            up(place[ended], moved);
            down(place[moved], moved);
        }
    }

    /** Puts a list in at {@code slot} or above it. */
    private void up(int slot, int moved) {
        int at = slot;
        while (at > 0 && atMs[moved] < atMs[heap[(at - 1) >>> 1]]) {
            put(at, heap[(at - 1) >>> 1]);
            at = (at - 1) >>> 1;
        }
        put(at, moved);
    }

    /** Puts a list in at {@code slot} or below it. */
    private void down(int slot, int moved) {
        int at = slot;
        while (true) {
            int child = 2 * at + 1;
            if (child + 1 < heapSize && atMs[heap[child + 1]] < atMs[heap[child]]) {
                child++;
            }
            if (child >= heapSize || atMs[heap[child]] >= atMs[moved]) {
                break;
            }
            put(at, heap[child]);
            at = child;
        }
        put(at, moved);
    }

    private void put(int slot, int moved) {
        heap[slot] = moved;
        place[moved] = slot;
    }
}
