package dev.polder.raft;

import java.util.List;
import java.util.Optional;

/**
 * What came of a search for the leader.
 *
 * @param leader that of the highest term which was named; empty if none was
 * @param problems what was wrong with each seed that named none, such as {@code m1:5050: connection refused}
 */
public record LeaderSearch(Optional<LocatedLeader> leader, List<String> problems) {
    public LeaderSearch {
        problems = List.copyOf(problems);
    }

    /** Returns the result in one line, for people. */
    @Override
    public String toString() {
        String found = leader.map(known -> "leader " + known.memberId() + " of term " + known.term())
                .orElse("no leader");
        return problems.isEmpty() ? found : found + "; " + String.join("; ", problems);
    }
}
