package dev.polder.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Timers that go off when the test moves the time. */
final class ManualTimers implements Timers {
    private final List<Due> due = new ArrayList<>();
    private long nowMs = 1_000;

    private record Due(long atMs, Runnable task) {}

    @Override
    public synchronized long nowMs() {
        return nowMs;
    }

    @Override
    public synchronized void after(long delayMs, Runnable task) {
        due.add(new Due(nowMs + delayMs, task));
    }

    @Override
    public Runnable every(long periodMs, Runnable task) {
        Repetition repetition = new Repetition(periodMs, task);
        after(periodMs, repetition);
        return () -> repetition.stopped = true;
    }

    synchronized int waiting() {
        return due.size();
    }

    /** Lets time pass, timer by timer. */
    void advance(long ms) {
        long untilMs = nowMs() + ms;
        for (Due next = next(untilMs); next != null; next = next(untilMs)) {
            next.task().run();
        }
        synchronized (this) {
            nowMs = untilMs;
        }
    }

    @SuppressWarnings("NullAway") // null ends the loop above
    private synchronized Due next(long untilMs) {
        Due first = due.stream()
                .filter(one -> one.atMs() <= untilMs)
                .min(Comparator.comparingLong(Due::atMs))
                .orElse(null);
        if (first != null) {
            due.remove(first);
            nowMs = first.atMs();
        }
        return first;
    }

    private final class Repetition implements Runnable {
        private final long periodMs;
        private final Runnable task;
        private volatile boolean stopped;

        Repetition(long periodMs, Runnable task) {
            this.periodMs = periodMs;
            this.task = task;
        }

        @Override
        public void run() {
            if (!stopped) {
                task.run();
                after(periodMs, this);
            }
        }
    }
}
