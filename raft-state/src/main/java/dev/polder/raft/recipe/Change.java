package dev.polder.raft.recipe;

import java.util.List;

/**
 * All that one revision changed; each key at most once.
 *
 * @param revision above that of every change before
 * @param events in the order of the operations; to a watch, those of its range
 */
public record Change(long revision, List<KeyEvent> events) {
    /** Copies the events. */
    public Change {
        events = List.copyOf(events);
    }

    long bytes() {
        long bytes = 0;
        for (KeyEvent event : events) {
            bytes += event.entry().bytes();
        }
        return bytes;
    }
}
