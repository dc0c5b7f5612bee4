package dev.polder.raft;

import java.util.List;

/** What became of {@link LogTool#repair}. */
public sealed interface RepairOutcome {
    /**
     * Nothing is damaged, and nothing was changed.
     *
     * @param notes what a start would do, in words
     */
    record Sound(List<String> notes) implements RepairOutcome {
        public Sound {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The member starts again, and gets what it lacks from its leader.
     *
     * @param damage what was wrong, in words
     * @param kept what the damaged files are called now
     * @param notes what a start will do, in words
     */
    record Repaired(String damage, List<String> kept, List<String> notes) implements RepairOutcome {
        public Repaired {
            kept = List.copyOf(kept);
            notes = List.copyOf(notes);
        }
    }

    /**
     * It cannot be repaired so; nothing was changed.
     *
     * @param reason in words, and what to do instead
     */
    record Refused(String reason) implements RepairOutcome {}
}
