package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What this JVM has used of the processors, and all that it has started and waited for. */
final class ProcessTimes {
    private static final Path STAT = Path.of("/proc/self/stat");
    /** Of the fields behind the name, the times of the process and of its children, in user mode and in the kernel. */
    private static final int FIRST = 11;

    private static final int FIELDS = 4;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private ProcessTimes() {}

    /** Returns nanoseconds, to a hundredth of a second. */
    static long nanos() throws IOException {
        String line = Files.readString(STAT, StandardCharsets.ISO_8859_1);
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int i = FIRST; i < FIRST + FIELDS; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks * TICK_NANOS;
    }
}
