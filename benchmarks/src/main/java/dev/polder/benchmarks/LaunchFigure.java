package dev.polder.benchmarks;

import java.util.Locale;

/**
 * One measured number of launches.
 *
 * @param tasks how many were launched each time
 * @param goal what we want of it, empty for nothing
 */
record LaunchFigure(Figure figure, int tasks, String goal) {
    static final String CSV_HEADER = "case,tasks,metric,value,unit";

    static LaunchFigure of(String name, int tasks, String metric, double value, String unit) {
        return new LaunchFigure(new Figure(name, metric, value, unit), tasks, "");
    }

    /** Returns this with what we want of it. */
    LaunchFigure withGoal(String words) {
        return new LaunchFigure(figure, tasks, words);
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%s,%d,%s,%.3f,%s",
                figure.benchmark(),
                tasks,
                figure.metric(),
                figure.value(),
                figure.unit());
    }

    String line() {
        return String.format(
                        Locale.ROOT,
                        "%-15s %6d  %-16s %12.3f %-6s %s",
                        figure.benchmark(),
                        tasks,
                        figure.metric(),
                        figure.value(),
                        figure.unit(),
                        goal)
                .stripTrailing();
    }
}
