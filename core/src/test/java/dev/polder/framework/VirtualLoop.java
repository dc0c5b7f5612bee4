package dev.polder.framework;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** An event loop in virtual time, run by the test itself. */
final class VirtualLoop implements EventLoop {
    private record Timer(long atNs, long order, Runnable step) {}

    private final Queue<Runnable> steps = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::atNs).thenComparingLong(Timer::order));
    private long nowNs = 1_000_000_000L;
    private long order;

    @Override
    public boolean execute(Runnable step) {
        return steps.add(step);
    }

    @Override
    public void schedule(Duration delay, Runnable step) {
        timers.add(new Timer(nowNs + delay.toNanos(), order++, step));
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    /** Runs one step; false if there is none. */
    boolean runNext() {
        Runnable step = steps.poll();
        if (step != null) {
            step.run();
        }
        return step != null;
    }

    void runAll() {
        while (runNext()) {
            // the steps may add more
        }
    }

    /** Lets time pass, with everything that happens in it. */
    void advance(Duration duration) {
        long endNs = nowNs + duration.toNanos();
        runAll();
        for (Timer next = timers.peek(); next != null && next.atNs <= endNs; next = timers.peek()) {
            timers.remove();
            nowNs = next.atNs;
            next.step.run();
            runAll();
        }
        nowNs = endNs;
    }
}
