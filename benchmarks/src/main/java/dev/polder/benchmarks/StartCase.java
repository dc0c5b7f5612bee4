package dev.polder.benchmarks;

import dev.polder.ClusterNode;
import java.util.List;

/** How long a cluster of one takes to be ready: the first time in this JVM, classes unloaded, and the fifth. */
final class StartCase {
    private static final int WARM_STARTS = 5;

    private StartCase() {}

    static List<Figure> measure() {
        double cold = startOnce();
        double warm = cold;
        for (int i = 1; i < WARM_STARTS; i++) {
            warm = startOnce();
        }
        return List.of(new Figure("start", "ready_ms", cold, "ms"), new Figure("start", "ready_warm_ms", warm, "ms"));
    }

    private static double startOnce() {
        long begin = System.nanoTime();
        try (ClusterNode node = ClusterNode.start()) {
            node.ready().join();
            return (System.nanoTime() - begin) / 1e6;
        }
    }
}
