package dev.polder.simulation;

import dev.polder.master.MasterConfig;

/**
 * What a run is like: sizes, times and rates, each drawn over orders of magnitude, because what is found depends on them
 * more than on the number of runs. Times end in their unit; a mean time between faults of {@link #NEVER} means none.
 *
 * @param masters how many there are
 * @param faultyMs how long things go wrong
 * @param electionUsMax how long a member takes at most to notice that its leader is gone
 * @param resignUsMax how long a leader takes at most to notice that it has no majority any more
 * @param holdOffersMsMax how long a framework may keep an offer before it answers
 * @param acknowledgeMsMax how long a framework may take to acknowledge
 * @param neverAcknowledges how likely it is that a framework leaves an update to come again
 * @param taskMsMax how long a task runs at most, if it ends by itself
 * @param reusesTaskId how likely it is that a new task has the id of one that is over
 * @param largeTask how likely it is that a task's description takes many kilobytes
 */
record Knobs(
        int masters,
        long faultyMs,
        long networkDelayUsMax,
        long masterDelayUsMax,
        long logSyncUsMax,
        long electionUsMax,
        long resignUsMax,
        int logPendingBytesMax,
        int inboxMax,
        int turnCommandsMax,
        int outboxMax,
        MasterConfig master,
        long pingMs,
        long silenceMsMax,
        long checkpointSyncUsMax,
        long startUsMax,
        long taskMsMax,
        long holdOffersMsMax,
        long acknowledgeMsMax,
        double neverAcknowledges,
        double reusesTaskId,
        double largeTask,
        FaultTimes faults) {
    static final long NEVER = Long.MAX_VALUE;
    /** More than any run has. */
    private static final int COMPLETED_TASKS_MAX = 10_000;

    /** Mean times between faults of one kind, in milliseconds. */
    record FaultTimes(
            long masterCrashMs,
            long stepDownMs,
            long unrestMs,
            long partitionMs,
            long masterPauseMs,
            long agentCrashMs,
            long hostLossMs,
            long frameworkCloseMs,
            long frameworkRestartMs,
            long teardownMs,
            long connectionLossMs) {}

    static Knobs draw(Dice dice) {
        long reofferMs = dice.spread(100, 2_000);
        double reusesTaskId = dice.chance(0.4) ? 0 : 0.3;
        MasterConfig master = new MasterConfig(
                dice.spread(500, 120_000),
                reofferMs,
                dice.spread(2_000, 75_000),
                dice.spread(2_000, 60_000),
                (int) dice.spread(1, 50),
                // a master tells runs of one task id apart only as long as it remembers them
                reusesTaskId > 0 ? COMPLETED_TASKS_MAX : (int) dice.spread(1, COMPLETED_TASKS_MAX),
                MasterConfig.DEFAULT.heartbeatIntervalMs());
        long pingMs = dice.spread(1_000, 5_000);
        return new Knobs(
                dice.chance(0.15) ? 1 : 3,
                dice.spread(4_000, 45_000),
                dice.spread(50, 3_000_000),
                dice.spread(10, 1_000_000),
                dice.spread(20, 500_000),
                dice.spread(200, 5_000_000),
                dice.spread(1_000, 30_000_000),
                (int) dice.spread(1_000, 16_000_000),
                (int) dice.spread(2, 8_192),
                (int) dice.spread(1, 1_024),
                (int) dice.spread(200, 10_000),
                master,
                pingMs,
                pingMs * dice.between(2, 5) + 4_000,
                dice.spread(20, 500_000),
                dice.spread(100, 3_000_000),
                dice.spread(100, 100_000),
                dice.spread(1, 60_000),
                dice.spread(1, 20_000),
                dice.chance(0.5) ? 0 : 0.3,
                reusesTaskId,
                dice.chance(0.9) ? 0 : 0.05,
                new FaultTimes(
                        mean(dice, 2_000),
                        mean(dice, 2_000),
                        mean(dice, 5_000),
                        mean(dice, 1_000),
                        mean(dice, 1_000),
                        mean(dice, 1_000),
                        mean(dice, 30_000),
                        mean(dice, 1_000),
                        mean(dice, 2_000),
                        mean(dice, 20_000),
                        mean(dice, 300)));
    }

    private static long mean(Dice dice, long shortestMs) {
        return dice.chance(0.25) ? NEVER : dice.spread(shortestMs, shortestMs * 200);
    }
}
