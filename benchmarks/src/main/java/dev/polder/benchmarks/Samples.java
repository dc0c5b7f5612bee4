package dev.polder.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Numbers of several rounds, and what they come to. */
final class Samples {
    static final double MEDIAN = 0.5;
    static final double P99 = 0.99;

    private record Key(String system, int outstanding, String metric, String unit) {}

    private final Map<Key, List<Double>> values = new LinkedHashMap<>();

    void add(String system, int outstanding, String metric, double value, String unit) {
        values.computeIfAbsent(new Key(system, outstanding, metric, unit), key -> new ArrayList<>())
                .add(value);
    }

    /** Adds what a load of writes came to. */
    void addWrites(String system, int outstanding, LoadResult writes) {
        add(system, outstanding, "writes_per_s", writes.perSecond(), "1/s");
        add(system, outstanding, "p50_ms", writes.p50Ms(), "ms");
        add(system, outstanding, "p99_ms", writes.p99Ms(), "ms");
    }

    /** Returns the median of each metric, in the order in which they came first. */
    List<RaftFigure> medians() {
        List<RaftFigure> figures = new ArrayList<>();
        values.forEach((key, of) ->
                figures.add(percentile(MEDIAN, of, key.system(), key.outstanding(), key.metric(), key.unit())));
        return figures;
    }

    /** Returns the number below which a share of them is; the next one if it falls between two. */
    static RaftFigure percentile(
            double share, List<Double> of, String system, int outstanding, String metric, String unit) {
        List<Double> sorted = of.stream().sorted().toList();
        double value = sorted.get(Math.min(sorted.size() - 1, (int) (share * sorted.size())));
        return new RaftFigure(
                new Figure(system, metric, value, unit), outstanding, sorted.get(0), sorted.get(sorted.size() - 1));
    }
}
