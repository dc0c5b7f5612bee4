package dev.polder.isolation.files;

import java.util.concurrent.TimeUnit;

/** How who follows a file waits for more. */
public interface FollowClock {
    /** The machine's. */
    FollowClock SYSTEM = new FollowClock() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void pause(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    };

    /** Returns a time that never jumps. */
    long nanos();

    /** Returns after about that time. */
    void pause(long nanos) throws InterruptedException;
}
