package dev.polder.isolation.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What pulls under way count on and no container holds yet. Guarded by itself: whoever throws away does it while it has
 * this monitor, so that what is pinned and then seen stays.
 */
final class Pins {
    private final Map<Digest, Integer> counts = new HashMap<>();

    /** The pins of one pull. For one thread. */
    final class Handful implements AutoCloseable {
        private final List<Digest> mine = new ArrayList<>();

        void pin(Digest digest) {
            synchronized (Pins.this) {
                counts.merge(digest, 1, Integer::sum);
                mine.add(digest);
            }
        }

        @Override
        public void close() {
            synchronized (Pins.this) {
                mine.forEach(digest -> counts.computeIfPresent(digest, (same, count) -> count == 1 ? null : count - 1));
                mine.clear();
            }
        }
    }

    Handful open() {
        return new Handful();
    }

    /** Returns what is pinned; to be called with this monitor held, or it is true no longer. */
    synchronized Set<Digest> pinned() {
        return Set.copyOf(counts.keySet());
    }
}
