package dev.polder.offer;

import static java.util.Objects.requireNonNull;

/**
 * A wish for offers of several agents at once, all or none: tasks that are of use together only.
 *
 * @param agents of how many agents; 1 or more
 * @param each what each of the offers is for: one task of this demand's shape, with its pieces; how many tasks it says
 *     makes no difference
 * @param withinMs how long the wish stands; 1 or more
 */
public record Gang(int agents, Demand each, long withinMs) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a number is out of bounds
     */
    public Gang {
        requireNonNull(each, "each");
        if (agents < 1) {
            throw new IllegalArgumentException("gang of " + agents + " agents: must be 1 or more");
        }
        if (withinMs < 1) {
            throw new IllegalArgumentException("gang within " + withinMs + " ms: must be 1 or more");
        }
    }
}
