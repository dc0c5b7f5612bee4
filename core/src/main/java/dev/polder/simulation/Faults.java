package dev.polder.simulation;

/** Lets things go wrong, each kind at its own rate. */
final class Faults {
    private final Surroundings around;
    private final Dice dice;

    Faults(Surroundings around) {
        this.around = around;
        dice = around.dice().split();
    }

    void begin(Cluster cluster) {
        Knobs.FaultTimes times = around.knobs().faults();
        Masters masters = cluster.masters();
        every(times.masterCrashMs(), masters::crash);
        every(times.stepDownMs(), masters::stepDown);
        every(times.unrestMs(), masters::unrest);
        every(times.partitionMs(), masters::partition);
        every(times.masterPauseMs(), masters::pause);
        every(times.agentCrashMs(), cluster::crashAgent);
        every(times.hostLossMs(), cluster::loseHost);
        every(times.connectionLossMs(), around.network()::loseOne);
        every(times.frameworkCloseMs(), () -> cluster.anyClient().disconnect());
        every(times.frameworkRestartMs(), () -> cluster.anyClient().takeOver());
        every(times.teardownMs(), () -> cluster.anyClient().tearDown());
        every(60_000, () -> around.jump(dice.between(-3_600_000, 3_600_000)));
    }

    private void every(long meanMs, Runnable fault) {
        if (meanMs == Knobs.NEVER) {
            return;
        }
        double wait = -StrictMath.log(1 - dice.between(0, 999_999) / 1e6) * meanMs;
        around.time().after((long) (wait * 1_000), () -> {
            if (!around.isCalm()) {
                fault.run();
                every(meanMs, fault);
            }
        });
    }
}
