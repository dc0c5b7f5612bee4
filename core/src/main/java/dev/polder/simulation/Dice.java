package dev.polder.simulation;

import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** All the chance of a run: the same seed throws the same. */
final class Dice {
    private final SplittableRandom random;

    Dice(long seed) {
        this(new SplittableRandom(seed));
    }

    private Dice(SplittableRandom random) {
        this.random = random;
    }

    /** Returns dice of their own for a part of the run, so that what one part throws does not shift the others. */
    Dice split() {
        return new Dice(random.split());
    }

    /** Returns the same chance for a class that takes it as an argument. */
    RandomGenerator generator() {
        return random;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Returns a number from {@code min} to {@code max}, all equally likely. */
    long between(long min, long max) {
        return min == max ? min : random.nextLong(min, max + 1);
    }

    /** Returns a number from {@code min} (1 or more) to {@code max}, all orders of magnitude equally likely. */
    long spread(long min, long max) {
        double factor = StrictMath.exp(random.nextDouble() * StrictMath.log((double) max / min));
        return Math.max(min, Math.min(max, Math.round(min * factor)));
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    int nextInt() {
        return random.nextInt();
    }

    String uuid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
