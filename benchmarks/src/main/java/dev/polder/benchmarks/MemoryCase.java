package dev.polder.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;

/** What a cluster weighs on the heap when every agent is offered; the notes of who was offered it included. */
final class MemoryCase {
    static final String NAME = "memory";

    /** Some things are free only after what refers to them is. */
    private static final int COLLECTIONS = 3;

    private final Effort effort;
    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();

    MemoryCase(Effort effort) {
        this.effort = effort;
    }

    List<OfferFigure> measure(ClusterSize size) {
        double bytes = effort.median(() -> heapBytes(size));
        return List.of(OfferFigure.of(size, NAME, "heap_mb", bytes / 1e6, "MB"));
    }

    private long heapBytes(ClusterSize size) {
        long before = usedBytes();
        OfferCluster cluster = OfferCluster.free(size);
        cluster.engine().run(0, cluster.notes());
        long bytes = usedBytes() - before;
        cluster.checkOffers(size.agents());
        return bytes;
    }

    private long usedBytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
