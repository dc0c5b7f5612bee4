package dev.polder.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether this member may stand for election, and vote for others. Owned by the log's thread. */
final class Standing {
    private final List<Obstacle> obstacles = new ArrayList<>();

    /** What may stand in the way, at one time or another. Both answers must cost nothing. */
    interface Obstacle {
        /** Returns in words why this member must not stand, null if it may. */
        @Nullable
        String toStanding();

        /** Returns in words why this member must not vote, null if it may. */
        @Nullable
        String toVoting();
    }

    void add(Obstacle obstacle) {
        obstacles.add(obstacle);
    }

    /** Returns in words why this member must not stand now, null if it may. */
    @Nullable
    String whyNotStand() {
        return first(Obstacle::toStanding);
    }

    /** Returns in words why this member must not vote now, null if it may. */
    @Nullable
    String whyNotVote() {
        return first(Obstacle::toVoting);
    }

    private @Nullable String first(Function<Obstacle, @Nullable String> asked) {
        for (Obstacle obstacle : obstacles) {
            String reason = asked.apply(obstacle);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }
}
