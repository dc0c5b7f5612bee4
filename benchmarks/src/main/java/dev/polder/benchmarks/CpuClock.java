package dev.polder.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What the calling thread has used up so far: only differences mean something. */
final class CpuClock {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private CpuClock() {}

    /** Returns nanoseconds on a CPU, in the kernel and outside of it. */
    static long nanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Returns bytes allocated on the heap. */
    static long allocatedBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }
}
