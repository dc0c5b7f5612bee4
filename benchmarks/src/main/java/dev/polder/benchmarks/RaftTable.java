package dev.polder.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures of the log for people: each beside ZooKeeper's of the same run, and what we want of ours. */
final class RaftTable {
    private static final String FORMAT = "%-13s %11s  %-19s %12s %-4s %12s %12s %10s  %s";

    /**
     * What we want.
     *
     * @param outstanding how many calls are open, -1 for any number
     */
    private record Goal(String system, int outstanding, String metric, String words) {
        boolean isFor(RaftFigure figure) {
            return figure.isOf(system, outstanding < 0 ? figure.outstanding() : outstanding, metric);
        }
    }

    private static final List<Goal> GOALS = List.of(
            new Goal("polder", 1, "writes_per_s", ">= 1.5x"),
            new Goal("polder", 16, "writes_per_s", ">= 5x"),
            new Goal("polder", 256, "writes_per_s", ">= 10x"),
            new Goal("polder", 256, "p99_ms", "<= 0.3x"),
            new Goal("polder-remote", 1, "writes_per_s", ">= 1x"),
            new Goal("polder-remote", 16, "writes_per_s", ">= 2x"),
            new Goal("polder-remote", 256, "writes_per_s", ">= 3x"),
            new Goal("polder", -1, "facts_per_s", ">= 300000"),
            new Goal("polder", -1, "recovery_p50_ms", "<= 50"),
            new Goal("polder", -1, "recovery_p99_ms", "<= 250"),
            new Goal("polder", -1, "host_recovery_p50_ms", "<= 800"),
            new Goal("polder", -1, "first_write_ms", "<= 1500"),
            new Goal("polder", -1, "restart_1m_ms", "<= 3000"),
            new Goal("polder", -1, "install_2g_heap_mb", "<= 256"),
            new Goal("polder", -1, "replay_2g_heap_mb", "<= 256"));

    private RaftTable() {}

    static List<String> lines(List<RaftFigure> figures) {
        List<String> lines = new ArrayList<>();
        lines.add(line("system", "outstanding", "metric", "value", "unit", "least", "most", "ZooKeeper", "goal"));
        for (RaftFigure figure : figures) {
            lines.add(line(
                    figure.figure().benchmark(),
                    figure.outstanding(),
                    figure.figure().metric(),
                    number(figure.figure().value()),
                    figure.figure().unit(),
                    number(figure.least()),
                    number(figure.most()),
                    ratio(figure, figures),
                    goal(figure)));
        }
        return lines;
    }

    /** Returns how many times ZooKeeper's figure it is; nothing if there is none. */
    private static String ratio(RaftFigure figure, List<RaftFigure> figures) {
        return figures.stream()
                .filter(other -> !figure.figure().benchmark().equals(ZooKeeperLoad.NAME))
                .filter(other -> other.isOf(
                        ZooKeeperLoad.NAME,
                        figure.outstanding(),
                        figure.figure().metric()))
                .map(other -> String.format(
                        Locale.ROOT,
                        "%.2fx",
                        figure.figure().value() / other.figure().value()))
                .findFirst()
                .orElse("");
    }

    private static String goal(RaftFigure figure) {
        return GOALS.stream()
                .filter(goal -> goal.isFor(figure))
                .map(Goal::words)
                .findFirst()
                .orElse("");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String line(Object... columns) {
        return String.format(Locale.ROOT, FORMAT, columns).stripTrailing();
    }
}
