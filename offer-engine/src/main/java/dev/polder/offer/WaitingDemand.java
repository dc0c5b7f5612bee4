package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * How far one of the demands is that a framework said under a role.
 *
 * @param demand what was said
 * @param waiting how many of its tasks were neither launched nor have an offer
 * @param offered how many of its tasks have one
 * @param capable how many agents could hold one of its tasks if nothing was in use there, whatever quota leaves; where
 *     that is 0 it waits for agents that are not there
 * @param room the agent on which room is kept for it, empty if on none
 */
public record WaitingDemand(Demand demand, long waiting, long offered, int capable, Optional<Room> room) {
    /** Checks. */
    public WaitingDemand {
        requireNonNull(demand, "demand");
        requireNonNull(room, "room");
    }

    /**
     * An agent that is set aside.
     *
     * @param agent the agent's index
     * @param untilMs until when, in the engine's time
     * @param ending the tasks there that were asked to end, and still are waited for
     */
    public record Room(int agent, long untilMs, List<Long> ending) {
        /** Copies. */
        public Room {
            ending = List.copyOf(ending);
        }
    }
}
