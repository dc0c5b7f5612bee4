package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for what takes minutes, and says from time to time that it still does. */
final class LongWait {
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final long POLL_MS = 50;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PrintWriter progress;

    LongWait(PrintWriter progress) {
        this.progress = progress;
    }

    /** Whether it has happened. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /**
     * Returns after how many seconds it happened.
     *
     * @param failure what is so until then
     */
    long await(String failure, Condition condition) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        long tellNext = begin + PROGRESS_NANOS;
        while (!condition.holds()) {
            long now = System.nanoTime();
            if (now - begin > PATIENCE.toNanos()) {
                throw new IOException(failure + " after " + PATIENCE.toSeconds() + " s");
            }
            if (now > tellNext) {
                tell("... " + TimeUnit.NANOSECONDS.toSeconds(now - begin) + " s");
                tellNext += PROGRESS_NANOS;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    }

    void tell(String words) {
        progress.println("  " + words);
        progress.flush();
    }
}
