package dev.polder.simulation;

import dev.polder.master.MasterConfig;

/**
 * What a run is like: sizes, times and rates, each drawn over orders of magnitude, because what is found depends on them
 * more than on the number of runs. Times end in their unit; a mean time between faults of {@link #NEVER} means none.
 *
 * @param faultyMs how long things go wrong
 * @param holdOffersMsMax how long a framework may keep an offer before it answers
 * @param acknowledgeMsMax how long a framework may take to acknowledge
 * @param neverAcknowledges how likely it is that a framework leaves an update to come again
 * @param taskMsMax how long a task runs at most, if it ends by itself
 * @param reusesTaskId how likely it is that a new task has the id of one that is over
 * @param largeTask how likely it is that a task's description takes many kilobytes
 */
record Knobs(
        long faultyMs,
        long networkDelayUsMax,
        long masterDelayUsMax,
        long logSyncUsMax,
        long electionUsMax,
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

    /** Mean times between faults of one kind, in milliseconds. */
    record FaultTimes(
            long masterCrashMs,
            long stepDownMs,
            long masterPauseMs,
            long agentCrashMs,
            long hostLossMs,
            long frameworkCloseMs,
            long frameworkRestartMs,
            long teardownMs,
            long connectionLossMs) {}

    static Knobs draw(Dice dice) {
        long reofferMs = dice.spread(100, 2_000);
        MasterConfig master = new MasterConfig(
                dice.spread(500, 120_000),
                reofferMs,
                dice.spread(2_000, 75_000),
                dice.spread(2_000, 60_000),
                (int) dice.spread(1, 50),
                (int) dice.spread(1, 1_000));
        long pingMs = dice.spread(1_000, 5_000);
        return new Knobs(
                dice.spread(4_000, 45_000),
                dice.spread(50, 3_000_000),
                dice.spread(10, 1_000_000),
                dice.spread(20, 500_000),
                dice.spread(200, 5_000_000),
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
                dice.chance(0.4) ? 0 : 0.3,
                dice.chance(0.9) ? 0 : 0.05,
                new FaultTimes(
                        mean(dice, 2_000),
                        mean(dice, 2_000),
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
