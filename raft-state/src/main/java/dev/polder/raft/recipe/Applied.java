package dev.polder.raft.recipe;

import java.util.List;

/**
 * What one command did.
 *
 * @param changes what watches are to see, in ascending order of revision
 * @param ended the leases that are no more
 */
record Applied(Command command, Outcome outcome, List<Change> changes, List<LeaseId> ended) {
    static Applied nothing(Command command, Outcome outcome) {
        return new Applied(command, outcome, List.of(), List.of());
    }
}
