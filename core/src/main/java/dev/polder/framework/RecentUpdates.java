package dev.polder.framework;

import dev.polder.model.UpdateId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The updates that were acknowledged last, so that a repetition is known as one. Safe for all threads.
 *
 * <p>An agent repeats only the one update of a task that it holds unacknowledged, so old entries may be forgotten; what is
 * forgotten too early is shown to the framework twice, no worse.
 */
final class RecentUpdates {
    private final int updatesMax;
    private final Map<UpdateId, Boolean> updates = new LinkedHashMap<>();

    RecentUpdates(int updatesMax) {
        this.updatesMax = updatesMax;
    }

    synchronized void add(UpdateId id) {
        if (updates.put(id, true) == null && updates.size() > updatesMax) {
            updates.remove(updates.keySet().iterator().next());
        }
    }

    synchronized boolean contains(UpdateId id) {
        return updates.containsKey(id);
    }
}
