package dev.polder.api;

/** Monotonic time and things to do later. Thread-safe; what is to be done must not block. */
interface Timers {
    /** Returns milliseconds since some moment. */
    long nowMs();

    /** Does it once, after a delay. */
    void after(long delayMs, Runnable task);

    /**
     * Does it again and again, the first time after one period; a pause of the whole process is not made up for.
     *
     * @return ends it
     */
    Runnable every(long periodMs, Runnable task);
}
