package dev.polder.raft.recipe;

import java.util.List;

/**
 * What became of a transaction.
 *
 * @param held whether all conditions held, so that the first list of steps was taken
 * @param revision the revision after it; its own if it changed anything
 * @param results one for each step that was taken
 */
public record TxnResult(boolean held, long revision, List<OpResult> results) {
    /** Copies the results. */
    public TxnResult {
        results = List.copyOf(results);
    }
}
