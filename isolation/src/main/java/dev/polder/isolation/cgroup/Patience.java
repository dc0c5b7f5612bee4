package dev.polder.isolation.cgroup;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that the kernel does soon, in pauses that grow, up to a time. Owned by one thread. */
final class Patience {
    private static final long PAUSE_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(10);

    private final long end;
    private long pause = PAUSE_NANOS_MIN;

    /** Less than no time is no time, more than a day is a day. */
    Patience(Duration time) {
        Duration most = Duration.ofDays(1);
        long nanos = time.compareTo(most) > 0 ? most.toNanos() : Math.max(0, time.toNanos());
        this.end = System.nanoTime() + nanos;
    }

    /** Pauses. Returns false, at once, if the time is over or the thread was interrupted, which stays set. */
    boolean pause() {
        long left = end - System.nanoTime();
        if (left <= 0 || Thread.currentThread().isInterrupted()) {
            return false;
        }
        LockSupport.parkNanos(Math.min(pause, left));
        pause = Math.min(pause * 2, PAUSE_NANOS_MAX);
        return true;
    }
}
