package dev.polder.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Figures of the offer engine for people: each beside what Mesos's allocator took for it, and what we want of ours. */
final class OfferTable {
    private static final String FORMAT = "%-17s %7s %10s %6s  %-15s %12s %-6s %14s %10s  %s";

    private static final String MESOS = "Mesos 1.12-dev";

    /** The units of what is counted, not measured. */
    private static final Set<String> COUNTED = Set.of("tasks", "rounds");

    /**
     * What a figure is compared with.
     *
     * @param agents of the cluster, as frameworks and roles; 0 stands for any number
     */
    private record Reference(
            String benchmark, int agents, int frameworks, int roles, String metric, String mesos, String goal) {
        boolean isFor(OfferFigure of) {
            return benchmark.equals(of.figure().benchmark())
                    && metric.equals(of.figure().metric())
                    && matches(agents, of.size().agents())
                    && matches(frameworks, of.size().frameworks())
                    && matches(roles, of.size().roles());
        }

        boolean isMissedBy(double value) {
            if (goal.isEmpty()) {
                return false;
            }
            double wanted = Double.parseDouble(goal.substring(goal.indexOf(' ')));
            return goal.startsWith("<=") ? value > wanted : value != wanted;
        }

        private static boolean matches(int wanted, int there) {
            return wanted == 0 || wanted == there;
        }
    }

    private static final List<Reference> REFERENCES = List.of(
            new Reference("full-round", 10_000, 1, 1, "cpu_ms", "276", ""),
            new Reference("full-round", 10_000, 1, 1, "us_per_offer", "28", ""),
            new Reference("full-round", 10_000, 1_000, 1, "cpu_ms", "516", "<= 5"),
            new Reference("full-round", 10_000, 1_000, 1, "us_per_offer", "52", "<= 0.5"),
            new Reference("full-round", 10_000, 1_000, 1_000, "cpu_ms", "", "<= 5"),
            new Reference("full-round", 10_000, 1_000, 1_000, "us_per_offer", "", "<= 0.5"),
            new Reference("full-round", 50_000, 6_000, 0, "cpu_ms", "", "<= 40"),
            new Reference("nothing-free", 10_000, 0, 0, "cpu_us", "35000-64000", "<= 20"),
            new Reference("all-filtered", 10_000, 0, 0, "cpu_us", "", "<= 20"),
            new Reference("recover-1000", 10_000, 0, 0, "cpu_ms", "68-85", "<= 1"),
            new Reference("recover-1000", 50_000, 0, 0, "cpu_ms", "359", "<= 1"),
            new Reference("add-framework", 10_000, 0, 0, "cpu_us", "7100", "<= 5"),
            new Reference("add-framework", 50_000, 0, 0, "cpu_us", "", "<= 5"),
            new Reference("memory", 3_000, 3_000, 3_000, "heap_mb", "5100", "<= 64"),
            new Reference("mixed", 80, 0, 0, "placed", "5132", "= 19500"),
            new Reference("mixed", 80, 0, 0, "rounds", "608", ""),
            new Reference("mixed", 80, 0, 0, "engine_s", "", "<= 2"),
            new Reference("mixed-split", 80, 0, 0, "placed", "", "= 19500"),
            new Reference("mixed-split", 80, 0, 0, "engine_s", "", "<= 2"),
            new Reference("latency", 10_000, 0, 0, "p99_us", "", "<= 50"),
            new Reference("steady", 10_000, 0, 0, "bytes_per_offer", "", "= 0"));

    private OfferTable() {}

    static List<String> lines(List<OfferFigure> figures) {
        List<String> lines = new ArrayList<>();
        lines.add(line("case", "agents", "frameworks", "roles", "metric", "value", "unit", MESOS, "goal", ""));
        for (OfferFigure figure : figures) {
            lines.add(line(figure));
        }
        lines.add(MESOS + ": its hierarchical allocator at -O2, measured once, on one core of a machine of"
                + " the kind that the goals are for.");
        return lines;
    }

    private static String line(OfferFigure of) {
        Reference reference = REFERENCES.stream()
                .filter(known -> known.isFor(of))
                .findFirst()
                .orElse(new Reference("", 0, 0, 0, "", "", ""));
        return line(
                of.figure().benchmark(),
                of.size().agents(),
                of.size().frameworks(),
                of.size().roles(),
                of.figure().metric(),
                String.format(
                        Locale.ROOT, isCount(of) ? "%.0f" : "%.3f", of.figure().value()),
                of.figure().unit(),
                reference.mesos(),
                reference.goal(),
                reference.isMissedBy(of.figure().value()) ? "MISSED " + of.note() : of.note());
    }

    private static boolean isCount(OfferFigure of) {
        return COUNTED.contains(of.figure().unit());
    }

    private static String line(Object... columns) {
        return String.format(Locale.ROOT, FORMAT, columns).stripTrailing();
    }
}
