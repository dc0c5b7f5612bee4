package dev.polder.offer.loop;

/**
 * What a loop has done so far; read by any thread, soon out of date.
 *
 * @param waiting how many requests wait
 * @param refused how many were refused because as many waited as may
 * @param turns how often it took what waited and let the engine decide
 * @param longestTurnNs how long the longest of these took
 */
public record LoopCounters(int waiting, long refused, long turns, long longestTurnNs) {}
