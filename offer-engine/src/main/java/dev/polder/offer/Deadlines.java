package dev.polder.offer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines by time, those of one time in the order in which they were set: a binary heap whose entries know their
 * place, so that one that is called off is gone at once, however far away it was. Owned by the engine's thread. As many
 * as there are open offers, filters and waiting revives, which are bounded where they are made.
 */
final class Deadlines {
    private @Nullable Deadline[] heap = new @Nullable Deadline[16];
    private int size;
    private long sequences;

    /** Returns the time of the first deadline, {@code Long.MAX_VALUE} if there is none. */
    long firstMs() {
        return size == 0 ? Long.MAX_VALUE : at(0).atMs;
    }

    int size() {
        return size;
    }

    void set(Deadline deadline) {
        if (deadline.slot >= 0) {
            throw Invariant.broken("a deadline for %s is set twice", deadline.atMs);
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        deadline.sequence = sequences++;
        size++;
        up(size - 1, deadline);
    }

    /** Removes a deadline that is set. */
    void callOff(Deadline deadline) {
        int slot = deadline.slot;
        if (!contains(deadline)) {
            throw Invariant.broken("a deadline for %s is called off but not set", deadline.atMs);
        }
        size--;
        Deadline last = at(size);
        heap[size] = null;
        deadline.slot = -1;
        if (last != deadline) {
            up(slot, last);
            down(last.slot, last);
        }
    }

    /** Removes and returns the first deadline if it is at or before {@code nowMs}, null if none is. */
    @Nullable
    Deadline poll(long nowMs) {
        if (size == 0 || at(0).atMs > nowMs) {
            return null;
        }
        Deadline first = at(0);
        callOff(first);
        return first;
    }

    /** Returns all times in the heap's order, for its checks. */
    List<Long> times() {
        List<Long> times = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            times.add(at(i).atMs);
        }
        return times;
    }

    boolean contains(Deadline deadline) {
        return deadline.slot >= 0 && deadline.slot < size && heap[deadline.slot] == deadline;
    }

    /** Puts a deadline in at {@code slot} or above it. */
    private void up(int slot, Deadline deadline) {
        int at = slot;
        while (at > 0 && deadline.isBefore(at((at - 1) >>> 1))) {
            place(at, at((at - 1) >>> 1));
            at = (at - 1) >>> 1;
        }
        place(at, deadline);
    }

    /** Puts a deadline in at {@code slot} or below it. */
    private void down(int slot, Deadline deadline) {
        int at = slot;
        while (true) {
            int child = 2 * at + 1;
            if (child + 1 < size && at(child + 1).isBefore(at(child))) {
                child++;
            }
            if (child >= size || !at(child).isBefore(deadline)) {
                break;
            }
            place(at, at(child));
            at = child;
        }
        place(at, deadline);
    }

    private void place(int slot, Deadline deadline) {
        heap[slot] = deadline;
        deadline.slot = slot;
    }

    private Deadline at(int slot) {
        Deadline deadline = heap[slot];
        if (deadline == null) {
            throw Invariant.broken("no deadline at %s of %s", slot, size);
        }
        return deadline;
    }
}
