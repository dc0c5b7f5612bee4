package dev.polder.master;

import dev.polder.wire.proto.Facts.Fact;
import java.util.List;

/**
 * What one turn of the master came to: facts to commit, and effects to release when they are.
 *
 * @param clusterTimeMs when the facts were decided
 * @param needsEntry whether the effects tell what the cluster knows: then they wait for an entry of this turn even if it
 *     has no facts, so that a leader that was deposed answers nothing
 */
public record Turn(long clusterTimeMs, List<Fact> facts, List<Effect> effects, boolean needsEntry) {
    /** Tells whether there is nothing to do. */
    public boolean isEmpty() {
        return facts.isEmpty() && effects.isEmpty();
    }
}
