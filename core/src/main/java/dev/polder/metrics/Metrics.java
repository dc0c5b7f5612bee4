package dev.polder.metrics;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * The numbers of one node, by name. Thread-safe.
 *
 * <p>A name is taken once, by a counter or by a gauge; names are Mesos's ({@code system/cpus_total}) where Mesos has the
 * same number, and begin with {@code polder/} where it has not.
 */
public final class Metrics {
    private final ConcurrentHashMap<String, DoubleSupplier> values = new ConcurrentHashMap<>();

    /**
     * Adds a counter that starts at 0.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Counter counter(String name) {
        Counter counter = new Counter();
        gauge(name, counter::value);
        return counter;
    }

    /**
     * Adds a number that is asked for at each snapshot.
     *
     * @param value called by any thread; must not block. What is not finite is left out of the snapshot
     * @throws IllegalArgumentException if the name is taken
     */
    public void gauge(String name, DoubleSupplier value) {
        if (values.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("metric '" + name + "' exists already: a name is taken once");
        }
    }

    /** Returns the numbers as they are now, by name; the caller's own to change. */
    public SortedMap<String, Double> snapshot() {
        SortedMap<String, Double> snapshot = new TreeMap<>();
        values.forEach((name, source) -> {
            double value = source.getAsDouble();
            if (Double.isFinite(value)) {
                snapshot.put(name, value);
            }
        });
        return snapshot;
    }
}
