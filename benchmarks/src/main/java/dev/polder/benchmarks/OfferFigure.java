package dev.polder.benchmarks;

import java.util.Locale;

/**
 * One measured number of the offer engine.
 *
 * @param note what a table says of it besides, empty for nothing
 */
record OfferFigure(ClusterSize size, Figure figure, String note) {
    static final String CSV_HEADER = "case,agents,frameworks,roles,metric,value,unit";

    static OfferFigure of(ClusterSize size, String benchmark, String metric, double value, String unit) {
        return new OfferFigure(size, new Figure(benchmark, metric, value, unit), "");
    }

    /** Returns this with something that a table says of it besides. */
    OfferFigure withNote(String words) {
        return new OfferFigure(size, figure, words);
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%s,%d,%d,%d,%s,%.3f,%s",
                figure.benchmark(),
                size.agents(),
                size.frameworks(),
                size.roles(),
                figure.metric(),
                figure.value(),
                figure.unit());
    }
}
