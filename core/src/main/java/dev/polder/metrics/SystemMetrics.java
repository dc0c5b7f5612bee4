package dev.polder.metrics;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine has and how busy it is: the {@code system/} names. A number that this machine does not tell is absent. */
public final class SystemMetrics {
    private static final Path LOAD_AVERAGES = Path.of("/proc/loadavg");

    private SystemMetrics() {}

    /** Adds the machine's numbers. */
    public static void register(Metrics metrics) {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        metrics.gauge("system/cpus_total", system::getAvailableProcessors);
        metrics.gauge("system/load_1min", () -> {
            double load = system.getSystemLoadAverage();
            return load < 0 ? Double.NaN : load;
        });
        metrics.gauge("system/load_5min", () -> load(1));
        metrics.gauge("system/load_15min", () -> load(2));
        if (system instanceof com.sun.management.OperatingSystemMXBean memory) {
            metrics.gauge("system/mem_total_bytes", memory::getTotalMemorySize);
            metrics.gauge("system/mem_free_bytes", memory::getFreeMemorySize);
        }
    }

    private static double load(int column) {
        try {
            return Double.parseDouble(Files.readString(LOAD_AVERAGES).split(" ", -1)[column]);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Double.NaN;
        }
    }
}
