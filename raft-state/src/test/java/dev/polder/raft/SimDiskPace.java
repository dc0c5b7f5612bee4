package dev.polder.raft;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How long a disk takes for what it does, in virtual time: whoever waits for it does nothing else meanwhile. Mostly as a
 * good one does, and now and then seconds: that is how they fail.
 */
final class SimDiskPace implements LossyDisk.Pace {
    private static final double NANOS_MIN = 100_000;
    private static final double NANOS_MAX = 2_000_000_000;
    /** The higher, the rarer is what takes long: with this, half take less than 0.11 ms, one in 20 more than 70 ms. */
    private static final int TAIL = 8;

    private final SimTime time;
    private final SplittableRandom random;
    private long slowUntilNanos;

    SimDiskPace(SimTime time, SplittableRandom random) {
        this.time = time;
        this.random = random;
    }

    /** From now on for so long it is slow; before and after it takes no time at all. */
    void slowFor(Duration duration) {
        slowUntilNanos = time.nanos() + duration.toNanos();
    }

    @Override
    public void take(LossyDisk.Operation operation) {
        if (time.nanos() < slowUntilNanos) {
            time.spend((long) (NANOS_MIN * Math.pow(NANOS_MAX / NANOS_MIN, Math.pow(random.nextDouble(), TAIL))));
        }
    }
}
