package dev.polder.offer.loop;

import java.util.concurrent.locks.LockSupport;

/**
 * How a thread sleeps and is woken. A seam for the model checker: {@link LockSupport} may wake for no reason, and the
 * checker lets it, so that with it a wake-up that is lost is never missed.
 */
interface Parking {
    /** The JDK's own. */
    Parking OF_THREADS = new Parking() {
        @Override
        public void park(long nanos) {
            LockSupport.parkNanos(this, nanos);
        }

        @Override
        public void unpark(Thread thread) {
            LockSupport.unpark(thread);
        }
    };

    /** Sleeps until the time is over or somebody woke this thread, be it before; it may return sooner. */
    void park(long nanos);

    /** Wakes a thread, or keeps it from sleeping the next time. */
    void unpark(Thread thread);
}
