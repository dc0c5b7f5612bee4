package dev.polder.simulation;

/**
 * What a run came to.
 *
 * @param seed what it was drawn from
 * @param traceHash the same for every run of this seed
 * @param steps how much happened
 * @param virtualMs how much time passed in it
 * @param runs how many tasks were asked for
 * @param started how many processes were started
 * @param entries how many entries were committed
 */
public record Report(long seed, long traceHash, long steps, long virtualMs, int runs, int started, int entries) {}
