package dev.polder.offer;

import dev.polder.offer.resource.ResourceId;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts who has a shared resource, so that it is charged once to a row however many below it have it. Owned by the
 * engine's thread; as large as what is shared and in use or offered.
 */
final class SharedUse {
    /** To whom something is charged. */
    enum Level {
        SUBSCRIPTION,
        /** A role without those below it. */
        ROLE_ALONE,
        /** A node with all below it. */
        NODE
    }

    private record Use(Level level, int row, int agent, ResourceId id) {}

    private final Map<Use, Integer> counts = new HashMap<>();

    /** Counts one more who has it; tells whether it is the first. */
    boolean isFirst(Level level, int row, int agent, ResourceId id) {
        return counts.merge(new Use(level, row, agent, id), 1, Integer::sum) == 1;
    }

    /** Counts one fewer who has it; tells whether it was the last. */
    boolean isLast(Level level, int row, int agent, ResourceId id) {
        return counts.computeIfPresent(new Use(level, row, agent, id), (use, count) -> count == 1 ? null : count - 1)
                == null;
    }
}
