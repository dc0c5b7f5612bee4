package dev.polder.benchmarks;

/**
 * How much of a replicated log is measured: everything, or just enough to see that it works.
 *
 * @param rounds how often each load and each start counts
 * @param warmUpMs how long each load runs before it counts
 * @param loadMs how long it runs each time it counts
 * @param kills how many leaders lose their process
 * @param losses how many leaders are cut off
 * @param settleMs how long a member that has come back is given before the next leader goes
 * @param entries how many a log has that is read at a restart
 * @param installBytes the size of the snapshot, and of the log, that a follower is sent
 */
record RaftEffort(
        int rounds, long warmUpMs, long loadMs, int kills, int losses, long settleMs, long entries, long installBytes) {
    static final RaftEffort FULL = new RaftEffort(5, 3_000, 2_000, 20, 10, 2_000, 1_000_000, 2_000_000_000L);
    static final RaftEffort QUICK = new RaftEffort(1, 0, 100, 1, 1, 300, 10_000, 20_000_000L);

    RaftEffort with(int otherRounds, int otherKills) {
        return new RaftEffort(otherRounds, warmUpMs, loadMs, otherKills, losses, settleMs, entries, installBytes);
    }
}
