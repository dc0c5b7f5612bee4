package dev.polder.benchmarks;

import java.io.IOException;

/** A way to start {@code /bin/true}. */
interface LaunchWay extends AutoCloseable {
    /** Starts so many tasks, some at a time, and returns when the exit code of each was read. */
    void launch(int tasks, int inFlight) throws IOException, InterruptedException;

    /** Returns what was used of the processors since whenever, in nanoseconds; usually what the group says in which we are. */
    default long cpuNanos(CpuGroup group) throws IOException {
        return group.nanos();
    }

    @Override
    void close() throws IOException;
}
