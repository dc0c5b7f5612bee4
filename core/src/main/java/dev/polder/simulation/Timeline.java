package dev.polder.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Virtual time: what is due next happens next, nothing waits. What is due at the same microsecond happens in an order
 * that the dice decide.
 */
final class Timeline {
    private record Event(long atUs, int tie, long sequence, Runnable action) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.comparingLong(Event::atUs).thenComparingInt(Event::tie).thenComparingLong(Event::sequence));
    private final Dice dice;
    private final Trace trace;
    private long nowUs;
    private long sequence;

    Timeline(Dice dice, Trace trace) {
        this.dice = dice;
        this.trace = trace;
    }

    long nowUs() {
        return nowUs;
    }

    /** Has something happen after a while. */
    void after(long delayUs, Runnable action) {
        at(nowUs + delayUs, action);
    }

    /** Has something happen at a time, now at the earliest. */
    void at(long atUs, Runnable action) {
        events.add(new Event(Math.max(nowUs, atUs), dice.nextInt(), sequence++, action));
    }

    /** Lets the next thing happen; false if nothing is left. */
    boolean step() {
        Event next = events.poll();
        if (next == null) {
            return false;
        }
        nowUs = next.atUs();
        next.action().run();
        return true;
    }

    /** Writes down that something happened. */
    void note(String text) {
        trace.note(nowUs, text);
    }
}
