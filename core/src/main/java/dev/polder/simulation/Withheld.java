package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.master.Effect;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What a leader has decided and not done yet: counts, beside its pipeline, which effect must wait for which entry. */
final class Withheld {
    /** The effects of a turn, and how many of the term's entries must be committed before them. */
    private static final class Awaiting {
        final Deque<Effect> effects;
        long entries;

        Awaiting(List<Effect> effects, long entries) {
            this.effects = new ArrayDeque<>(effects);
            this.entries = entries;
        }
    }

    private final Deque<Awaiting> turns = new ArrayDeque<>();
    private long proposed;
    private long committed;

    /** A term begins or ends. */
    void clear() {
        turns.clear();
        proposed = 0;
        committed = 0;
    }

    /** A turn is to be submitted: its effects wait for its own entries, if it has any, and for all before them. */
    void decided(List<Effect> effects, boolean hasEntry) {
        turns.add(new Awaiting(effects, hasEntry ? proposed + 1 : proposed));
    }

    /** An entry of the turn that is being submitted is proposed. */
    void proposed() {
        proposed++;
        Awaiting turn = turns.getLast();
        turn.entries = Math.max(turn.entries, proposed);
    }

    /** The oldest entry that was proposed is committed. */
    void committed() {
        committed++;
    }

    /** An effect is about to leave. */
    void released(Effect effect) {
        while (!turns.isEmpty() && turns.element().effects.isEmpty()) {
            turns.remove();
        }
        check(!turns.isEmpty(), () -> "released, but called off or never decided: " + effect);
        Awaiting turn = turns.element();
        check(turn.effects.remove() == effect, () -> "effects are released out of order: " + effect);
        check(
                committed >= turn.entries,
                () -> "released before its commit (" + committed + " of " + turn.entries + " entries): " + effect);
    }
}
