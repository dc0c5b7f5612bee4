package dev.polder.benchmarks;

import java.util.List;

/** In a cluster that is full some agents come free at once, and are offered again. */
final class RecoverCase {
    static final String NAME = "recover-1000";
    private static final int RECOVERED = 1_000;

    private final Effort effort;
    private int repetition;

    RecoverCase(Effort effort) {
        this.effort = effort;
    }

    List<OfferFigure> measure(ClusterSize size) {
        OfferCluster cluster = OfferCluster.used(size);
        double nanos = effort.median(() -> recoverNanos(cluster));
        return List.of(OfferFigure.of(size, NAME, "cpu_ms", nanos / 1e6, "ms"));
    }

    private long recoverNanos(OfferCluster cluster) {
        int[] agents = agents(cluster.size());
        long begin = CpuClock.nanos();
        for (int agent : agents) {
            int framework = cluster.holder(agent);
            cluster.engine().release(framework, cluster.role(framework), agent, cluster.total(agent));
        }
        cluster.engine().run(0, cluster.notes());
        long nanos = CpuClock.nanos() - begin;
        for (int agent : agents) {
            cluster.released(agent);
        }
        cluster.checkOffers(agents.length);
        cluster.acceptAll(0);
        return nanos;
    }

    /** Returns others each time, spread over the cluster. */
    private int[] agents(ClusterSize size) {
        int[] agents = new int[effort.divided(RECOVERED)];
        int step = size.agents() / agents.length;
        int first = repetition++ % step;
        for (int i = 0; i < agents.length; i++) {
            agents[i] = first + i * step;
        }
        return agents;
    }
}
