package dev.polder.benchmarks;

import java.util.Locale;

/**
 * One measured number of a replicated log.
 *
 * @param figure by the name of the system that was measured
 * @param outstanding how many calls were open at a time, 0 where there were none
 * @param least the smallest of the numbers of which the figure is made
 * @param most the largest of them
 */
record RaftFigure(Figure figure, int outstanding, double least, double most) {
    static final String CSV_HEADER = "system,outstanding,metric,value,unit";

    String csv() {
        return String.format(
                Locale.ROOT,
                "%s,%d,%s,%.3f,%s",
                figure.benchmark(),
                outstanding,
                figure.metric(),
                figure.value(),
                figure.unit());
    }

    boolean isOf(String system, int openCalls, String metric) {
        return figure.benchmark().equals(system)
                && outstanding == openCalls
                && figure.metric().equals(metric);
    }
}
