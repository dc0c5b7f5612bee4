package dev.polder.benchmarks;

import java.util.Locale;

/** One measured number. */
record Figure(String benchmark, String metric, double value, String unit) {
    static final String CSV_HEADER = "case,metric,value,unit";

    String csv() {
        return String.format(Locale.ROOT, "%s,%s,%.3f,%s", benchmark, metric, value, unit);
    }

    String line() {
        return String.format(Locale.ROOT, "%-10s %-24s %12.3f %s", benchmark, metric, value, unit);
    }
}
