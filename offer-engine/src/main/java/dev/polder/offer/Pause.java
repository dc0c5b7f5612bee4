package dev.polder.offer;

/**
 * How long nothing is set aside after something was, so that on average no more than one of so many agents is. Owned by the
 * engine's thread.
 */
final class Pause {
    private final int agentsForOne;

    /** Since when something is kept of which it was not seen yet that it is no more. */
    private long sinceMs;

    /** How many agents are kept since then, 0 for none. */
    private int kept;

    private long untilMs = Long.MIN_VALUE;

    /** Makes one for one of so many agents. */
    Pause(int agentsForOne) {
        this.agentsForOne = agentsForOne;
    }

    /** Notes that agents are set aside from now on. */
    void begin(long nowMs, int agents) {
        sinceMs = nowMs;
        kept = agents;
    }

    /** Returns until when nothing is set aside, now that nothing is any more, which was for {@code mostMs} at most. */
    long untilMs(long nowMs, long mostMs, int agents) {
        if (kept > 0) {
            long keptMs = Math.min(nowMs - sinceMs, mostMs);
            untilMs = Deadlines.after(sinceMs, keptMs * agentsForOne * kept / Math.max(1, agents));
            kept = 0;
        }
        return untilMs;
    }
}
