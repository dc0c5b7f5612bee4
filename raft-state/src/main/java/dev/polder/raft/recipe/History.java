package dev.polder.raft.recipe;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The newest changes, for watches that begin in the past.
 *
 * @param changes by revision
 * @param events how many events they have
 * @param bytes what their keys and values take
 * @param compacted changes up to this revision are gone
 */
record History(SortedTree<Long, Change> changes, int events, long bytes, long compacted) {
    static History empty() {
        return new History(SortedTree.empty(Comparator.<Long>naturalOrder()), 0, 0, 0);
    }

    /** Returns this history with a change more, and without the oldest that are too many. */
    History with(Change change, RecipeLimits limits) {
        return new History(
                        changes.with(change.revision(), change),
                        events + change.events().size(),
                        bytes + change.bytes(),
                        compacted)
                .within(limits);
    }

    History within(RecipeLimits limits) {
        History kept = this;
        while (kept.events > limits.of(Limit.HISTORY_EVENTS_MAX) || kept.bytes > limits.of(Limit.HISTORY_BYTES_MAX)) {
            Change first = kept.first();
            if (first == null) {
                break;
            }
            kept = new History(
                    kept.changes.without(first.revision()),
                    kept.events - first.events().size(),
                    kept.bytes - first.bytes(),
                    first.revision());
        }
        return kept;
    }

    private @Nullable Change first() {
        Change[] first = new Change[1];
        changes.forEach((revision, change) -> {
            first[0] = change;
            return false;
        });
        return first[0];
    }
}
