package dev.polder.framework;

import java.time.Duration;

/** The one thread that owns a {@link SchedulerSession}, with its clock. */
interface EventLoop {
    /** Runs a step after those handed over before; false if the loop is closed and the step will not run. */
    boolean execute(Runnable step);

    /** Runs a step once the time has passed; never if the loop is closed before. */
    void schedule(Duration delay, Runnable step);

    /** Returns monotonic time. */
    long nanoTime();
}
