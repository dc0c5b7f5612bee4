package dev.polder.raft.recipe;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Tasks of all loops on one thread, in the order of a clock that jumps from one to the next. */
final class VirtualTime {
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atMs).thenComparingLong(Task::order));
    private long nowMs = 1_000;
    private long order;

    private record Task(long atMs, long order, Loop loop, Runnable run) {}

    /** A thread of this time. It may stand still for a while, or for ever. */
    final class Loop implements RecipeLoop {
        private long pausedUntilMs;
        private boolean dead;

        @Override
        public long nowMs() {
            return nowMs;
        }

        @Override
        public boolean execute(Runnable task) {
            schedule(0, task);
            return !dead;
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void schedule(long delayMs, Runnable task) {
            if (!dead) {
                tasks.add(new Task(nowMs + delayMs, order++, this, task));
            }
        }

        void pause(long ms) {
            pausedUntilMs = Math.max(pausedUntilMs, nowMs + ms);
        }

        void die() {
            dead = true;
        }
    }

    Loop loop() {
        return new Loop();
    }

    long nowMs() {
        return nowMs;
    }

    /** Runs until nothing is left to do before a time, which is then now. */
    void runUntil(long endMs) {
        while (!tasks.isEmpty() && tasks.peek().atMs() <= endMs) {
            Task task = tasks.poll();
            nowMs = Math.max(nowMs, task.atMs());
            if (task.loop().dead) {
                continue;
            }
            if (task.loop().pausedUntilMs > nowMs) {
                // behind all that waits already for the same moment, in the old order
                tasks.add(new Task(task.loop().pausedUntilMs, task.order(), task.loop(), task.run()));
            } else {
                task.run().run();
            }
        }
        nowMs = Math.max(nowMs, endMs);
    }

    void run(long ms) {
        runUntil(nowMs + ms);
    }
}
