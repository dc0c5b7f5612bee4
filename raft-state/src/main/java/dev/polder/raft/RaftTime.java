package dev.polder.raft;

/** Monotonic time; the seam behind which a test has a time of its own. */
interface RaftTime {
    /** The time of the JVM. */
    RaftTime MONOTONIC = System::nanoTime;

    /** Returns nanoseconds since an origin that means nothing; two of them are compared by their difference. */
    long nanos();
}
