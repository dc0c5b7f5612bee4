package dev.polder.raft.recipe;

/**
 * Names a lease. A number is never used twice in a cluster.
 *
 * @param number above 0, or 0 for none
 */
public record LeaseId(long number) {
    /** No lease: what is not attached to one stays until it is deleted. */
    public static final LeaseId NONE = new LeaseId(0);

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public LeaseId {
        if (number < 0) {
            throw new IllegalArgumentException("lease " + number + ": must be 0 or more");
        }
    }

    /** Returns whether this is no lease. */
    public boolean isNone() {
        return number == 0;
    }
}
