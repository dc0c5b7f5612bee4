package dev.polder.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** A round that has nothing to offer and in which nothing has changed: only the clock has gone on. */
final class IdleRoundCase {
    /** One alone is shorter than the clock can tell. */
    private static final int ROUNDS = 1_000;

    private static final long REFUSE_MS = TimeUnit.DAYS.toMillis(365);

    private final Effort effort;
    private long nowMs;

    IdleRoundCase(Effort effort) {
        this.effort = effort;
    }

    /** Everything is in use. */
    List<OfferFigure> measureNothingFree(ClusterSize size) {
        return measure("nothing-free", OfferCluster.used(size));
    }

    /** Everything is free, and every framework has declined every agent. */
    List<OfferFigure> measureAllFiltered(ClusterSize size) {
        OfferCluster cluster = OfferCluster.free(size);
        for (int i = 0; i < size.frameworks(); i++) {
            cluster.engine().run(nowMs, cluster.notes());
            declineAll(cluster);
        }
        // as many filters as pairs: each framework was offered each agent
        long filters = 0;
        for (int i = 0; i < size.roles(); i++) {
            filters += cluster.engine().activeFilters(cluster.role(i));
        }
        Claim.check(filters == (long) size.agents() * size.frameworks(), "%s filters stand", filters);
        return measure("all-filtered", cluster);
    }

    private void declineAll(OfferCluster cluster) {
        OfferNotes notes = cluster.notes();
        for (int i = 0; i < notes.count(); i++) {
            cluster.engine().decline(nowMs, notes.id(i), REFUSE_MS);
        }
        notes.clear();
    }

    private List<OfferFigure> measure(String name, OfferCluster cluster) {
        // what the last answers have changed
        cluster.engine().run(nowMs, cluster.notes());
        double nanos = effort.median(() -> roundsNanos(cluster));
        return List.of(OfferFigure.of(cluster.size(), name, "cpu_us", nanos / 1e3 / ROUNDS, "us"));
    }

    private long roundsNanos(OfferCluster cluster) {
        long begin = CpuClock.nanos();
        for (int i = 0; i < ROUNDS; i++) {
            cluster.engine().run(++nowMs, cluster.notes());
        }
        long nanos = CpuClock.nanos() - begin;
        cluster.checkOffers(0);
        Claim.check(nowMs < REFUSE_MS, "filters have ended after %s ms", nowMs);
        return nanos;
    }
}
