package dev.polder.benchmarks;

import java.util.List;

/** The first round of a cluster in which everything is free: one offer for each agent. */
final class FullRoundCase {
    static final String NAME = "full-round";

    private final Effort effort;

    FullRoundCase(Effort effort) {
        this.effort = effort;
    }

    List<OfferFigure> measure(ClusterSize size) {
        double nanos = effort.median(() -> roundNanos(size));
        return List.of(
                OfferFigure.of(size, NAME, "cpu_ms", nanos / 1e6, "ms"),
                OfferFigure.of(size, NAME, "us_per_offer", nanos / 1e3 / size.agents(), "us"));
    }

    private static long roundNanos(ClusterSize size) {
        OfferCluster cluster = OfferCluster.free(size);
        long begin = CpuClock.nanos();
        cluster.engine().run(0, cluster.notes());
        long nanos = CpuClock.nanos() - begin;
        cluster.checkOffers(size.agents());
        return nanos;
    }
}
