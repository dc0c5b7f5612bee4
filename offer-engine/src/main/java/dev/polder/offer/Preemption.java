package dev.polder.offer;

import java.util.List;

/**
 * What the engine asks to be done for a demand that waits though tasks of lower priority run: end these, and their
 * resources are offered to it, unless another role lacks something of its guarantee. Until that has happened, or its time
 * is over, the agent is set aside.
 *
 * @param framework whose demand waits
 * @param role under which it waits
 * @param agent where room is to be made
 * @param victims the tasks to be ended: one if one is enough, else two, else those that a greedy choice finds on the
 *     agents that lack least; of equals those of the lowest priority, then the youngest. Some that were asked before and
 *     have not ended in time are among them only where others are not enough
 */
public record Preemption(int framework, String role, int agent, List<Long> victims) {
    /** Copies. */
    public Preemption {
        victims = List.copyOf(victims);
    }
}
