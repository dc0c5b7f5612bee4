package dev.polder.offer;

import java.util.SplittableRandom;

/**
 * Draws the random order: each row has a Poisson process of its own whose rate is its weight, and the row whose next
 * turn comes first is served. Such processes have no memory, so that each turn is drawn by weight, independently of all
 * before, though only the served row draws anew. Owned by the engine's thread; the same seed draws the same.
 */
final class Turns {
    /** No row waits for longer: 53 random bits go as far as 37 times the mean, which is at most 1,000 times this one. */
    static final long LONGEST = 1L << 48;

    /** The mean time between two turns of a row at the default weight. */
    private static final double MEAN = 1L << 32;

    private final SplittableRandom random;

    Turns(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Returns how long a row of this weight waits for its next turn. */
    long draw(long weight) {
        // StrictMath: the same on every machine
        double exponential = -StrictMath.log(1 - random.nextDouble());
        return 1 + (long) (exponential * MEAN * Shares.WEIGHT_DEFAULT / weight);
    }
}
