package dev.polder.benchmarks;

import java.util.List;
import org.HdrHistogram.Histogram;

/** How long it takes from the end of a task to the offer of what it had: by the clock on the wall, on one thread. */
final class LatencyCase {
    static final String NAME = "latency";
    private static final int SAMPLES = 50_000;

    private final Effort effort;

    LatencyCase(Effort effort) {
        this.effort = effort;
    }

    List<OfferFigure> measure(ClusterSize size) {
        PartCycle cycle = new PartCycle(size);
        // as many again before, to be warm
        sample(cycle);
        return figures(size, NAME, sample(cycle));
    }

    static List<OfferFigure> figures(ClusterSize size, String name, Histogram nanos) {
        return List.of(
                OfferFigure.of(size, name, "p50_us", nanos.getValueAtPercentile(50) / 1e3, "us"),
                OfferFigure.of(size, name, "p99_us", nanos.getValueAtPercentile(99) / 1e3, "us"));
    }

    private Histogram sample(PartCycle cycle) {
        Histogram nanos = new Histogram(3);
        for (int i = 0; i < effort.divided(SAMPLES); i++) {
            cycle.goOn();
            long begin = System.nanoTime();
            cycle.release();
            cycle.offer();
            nanos.recordValue(Math.max(0, System.nanoTime() - begin));
            cycle.checkOffer();
            cycle.accept();
            cycle.note();
        }
        return nanos;
    }
}
