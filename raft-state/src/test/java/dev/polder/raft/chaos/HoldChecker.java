package dev.polder.raft.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds what clients were told of locks and elections against what these promise. */
final class HoldChecker {
    private HoldChecker() {}

    /**
     * A client was told that it holds something.
     *
     * @param untilNanos when it released it, or was told that it may be lost
     */
    record Held(String name, String client, long token, long fromNanos, long untilNanos) {}

    /** Something that is written under the condition that the place of the holder is there. */
    record Guarded(String name, long revision, long token) {}

    /** Returns the first of two at a time, or of tokens that do not rise; empty if there is neither. */
    static Optional<String> problem(List<Held> holds, Pauses pauses) {
        Map<String, Held> last = new HashMap<>();
        Map<String, List<Held>> earlier = new HashMap<>();
        for (Held held :
                holds.stream().sorted(Comparator.comparingLong(Held::fromNanos)).toList()) {
            List<Held> open = earlier.computeIfAbsent(held.name, name -> new ArrayList<>());
            open.removeIf(other -> other.untilNanos <= held.fromNanos);
            for (Held other : open) {
                if (!pauses.explain(held.fromNanos, other.untilNanos)) {
                    return Optional.of("held twice for " + (other.untilNanos - held.fromNanos) / 1_000 + " us: " + other
                            + ", " + held);
                }
            }
            open.add(held);
            Held before = last.put(held.name, held);
            if (before != null && before.token >= held.token) {
                return Optional.of("the token does not rise: " + before + ", " + held);
            }
        }
        return Optional.empty();
    }

    /** Returns the first write of a holder after one of a later holder; empty if there is none. */
    static Optional<String> guardedProblem(List<Guarded> writes) {
        List<Guarded> sorted = new ArrayList<>(writes);
        sorted.sort(Comparator.comparingLong(Guarded::revision));
        Map<String, Guarded> before = new HashMap<>();
        for (Guarded write : sorted) {
            Guarded last = before.put(write.name, write);
            if (last != null && last.token > write.token) {
                return Optional.of("an older holder wrote after a later one: " + last + ", " + write);
            }
        }
        return Optional.empty();
    }
}
