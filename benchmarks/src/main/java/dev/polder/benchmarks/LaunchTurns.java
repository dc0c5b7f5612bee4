package dev.polder.benchmarks;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/** Keeps some launches on their way until all were made. What they came to is told by other threads. */
final class LaunchTurns {
    private final Semaphore ends = new Semaphore(0);
    private volatile String trouble = "";

    /** Makes a launch. */
    interface Launch {
        void run() throws IOException;
    }

    /**
     * Makes all launches, and returns when each has ended.
     *
     * @throws IOException if one did not come to its end as it should
     */
    void run(int tasks, int inFlight, Launch launch) throws IOException, InterruptedException {
        for (int i = 0; i < tasks; i++) {
            if (i >= inFlight) {
                ends.acquire();
            }
            launch.run();
        }
        ends.acquire(Math.min(tasks, inFlight));
        if (!trouble.isEmpty()) {
            throw new IOException(trouble);
        }
    }

    /**
     * A launch has come to its end.
     *
     * @param what what went wrong, empty for nothing
     */
    void ended(String what) {
        if (!what.isEmpty()) {
            trouble = what;
        }
        ends.release();
    }
}
