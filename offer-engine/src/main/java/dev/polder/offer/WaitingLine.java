package dev.polder.offer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Those that wait in vain for something large, for whom room is looked for one after the other, in their order. Who was
 * looked for in vain rests for a moment. Owned by the engine's thread.
 *
 * @param <W> who waits
 */
abstract class WaitingLine<W> {
    /** For how long it is not looked for one for whom nothing was found. */
    private static final long REST_MS = 1_000;

    final Prospects prospects;

    WaitingLine(Prospects prospects) {
        this.prospects = prospects;
    }

    /** Makes room for those that are due, as far as there is some; returns when to look again. */
    final long serve(long nowMs, OfferSink sink) {
        if (openFromMs(nowMs) == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        long next = Long.MAX_VALUE;
        List<W> due = new ArrayList<>();
        for (W each : waiting(nowMs)) {
            long dueMs = Math.max(openFromMs(nowMs), dueMs(each));
            if (dueMs <= nowMs) {
                due.add(each);
            } else {
                next = Math.min(next, dueMs);
            }
        }
        due.sort(order());
        for (W each : due) {
            // what was done for those before may have changed that
            long dueMs = Math.max(openFromMs(nowMs), dueMs(each));
            if (dueMs <= nowMs) {
                if (!prospects.maySearch(nowMs)) {
                    return prospects.searchableAtMs();
                }
                if (makeRoom(nowMs, each, sink)) {
                    continue;
                }
                dueMs = Deadlines.after(nowMs, REST_MS);
                restUntil(each, dueMs);
            }
            next = Math.min(next, dueMs);
        }
        return Math.max(openFromMs(nowMs), next);
    }

    /** Returns from when on room may be made for anybody, {@code Long.MAX_VALUE} if not before something else happens. */
    abstract long openFromMs(long nowMs);

    /** Returns those that wait, in any order. */
    abstract List<W> waiting(long nowMs);

    /** Returns who comes first. */
    abstract Comparator<W> order();

    /** Returns from when on it may be looked for one that waited, {@code Long.MAX_VALUE} if it waits no more. */
    abstract long dueMs(W one);

    /** Makes room for one; tells whether there is some. */
    abstract boolean makeRoom(long nowMs, W one, OfferSink sink);

    /** Has it not be looked for one before a time. */
    abstract void restUntil(W one, long timeMs);
}
