package dev.polder.offer;

import static java.util.Objects.requireNonNull;

/**
 * Asks for offers of several agents at once, all or none: for tasks that are of use together only.
 *
 * @param agents of how many agents; 1 to {@value #AGENTS_MAX}
 * @param each what each of the offers is for: one task of this demand's shape, with its pieces; how many tasks it says
 *     makes no difference
 * @param withinMs how long to wait for them; 1 to {@value #WITHIN_MS_MAX}
 */
public record Gang(int agents, Demand each, long withinMs) {
    /** Of as many agents as a gang may be. */
    public static final int AGENTS_MAX = 10_000;

    /** As long as a gang may wait: a week. */
    public static final long WITHIN_MS_MAX = 604_800_000;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a number is out of bounds
     */
    public Gang {
        requireNonNull(each, "each");
        if (agents < 1 || agents > AGENTS_MAX) {
            throw new IllegalArgumentException("gang of " + agents + " agents: must be 1 to " + AGENTS_MAX);
        }
        if (withinMs < 1 || withinMs > WITHIN_MS_MAX) {
            throw new IllegalArgumentException("gang within " + withinMs + " ms: must be 1 to " + WITHIN_MS_MAX);
        }
    }
}
