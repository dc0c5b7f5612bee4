package dev.polder.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** On what it was measured, in one line. */
final class Machine {
    private Machine() {}

    /**
     * Describes it, and how busy it is right now.
     *
     * @param directory whose disk counts
     */
    static String line(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory);
        return String.format(
                Locale.ROOT,
                "%d processors, load %.1f, Java %s, %s on %s",
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.version(),
                store.type(),
                store.name());
    }
}
