package dev.polder.offer;

import static java.util.Objects.requireNonNull;

/**
 * Asks for offers of several agents at once, all or none: for tasks that are of use together only. No task ends for a
 * gang, and its offers, once made, are taken back for no demand of a higher priority; agents that are set aside for it
 * are, for demands of a higher priority than its role's.
 *
 * @param agents of how many agents; 1 to {@value #AGENTS_MAX}
 * @param each what each of the offers is for: one task of this demand's shape, with its pieces; how many tasks it says,
 *     and how many an offer, makes no difference; it has no priority
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
     * @throws IllegalArgumentException if a number is out of bounds, or there is a priority
     */
    public Gang {
        requireNonNull(each, "each");
        if (each.priority().isPresent()) {
            throw new IllegalArgumentException(
                    "gang of priority " + each.priority().getAsInt() + ": must have none, no task ends for a gang");
        }
        if (agents < 1 || agents > AGENTS_MAX) {
            throw new IllegalArgumentException("gang of " + agents + " agents: must be 1 to " + AGENTS_MAX);
        }
        if (withinMs < 1 || withinMs > WITHIN_MS_MAX) {
            throw new IllegalArgumentException("gang within " + withinMs + " ms: must be 1 to " + WITHIN_MS_MAX);
        }
    }
}
