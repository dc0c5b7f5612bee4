package dev.polder.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.concurrent.TimeUnit;

/** The most that was left on the heap by a collection; there is a full one every few moments. */
final class HeapPeak implements Runnable {
    private static final long PAUSE_MS = 200;

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private volatile long bytes;

    long bytes() {
        return bytes;
    }

    @Override
    public void run() {
        try {
            while (true) {
                memory.gc();
                bytes = Math.max(bytes, memory.getHeapMemoryUsage().getUsed());
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
