package dev.polder.benchmarks;

import java.util.List;

/** What an offer costs of the heap in a cluster that runs on: a task ends, its resources are offered and used again. */
final class SteadyCase {
    static final String NAME = "steady";
    private static final int OFFERS = 10_000;

    private final Effort effort;

    SteadyCase(Effort effort) {
        this.effort = effort;
    }

    List<OfferFigure> measure(ClusterSize size) {
        PartCycle cycle = new PartCycle(size);
        double bytes = effort.median(() -> bytes(cycle));
        return List.of(OfferFigure.of(size, NAME, "bytes_per_offer", bytes / effort.divided(OFFERS), "bytes"));
    }

    private long bytes(PartCycle cycle) {
        long bytes = 0;
        for (int i = 0; i < effort.divided(OFFERS); i++) {
            cycle.goOn();
            long begin = CpuClock.allocatedBytes();
            cycle.release();
            cycle.offer();
            bytes += CpuClock.allocatedBytes() - begin;
            cycle.checkOffer();
            begin = CpuClock.allocatedBytes();
            cycle.accept();
            bytes += CpuClock.allocatedBytes() - begin;
            cycle.note();
        }
        return bytes;
    }
}
