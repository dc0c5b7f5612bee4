package dev.polder.benchmarks;

import dev.polder.offer.FrameworkProfile;
import java.util.ArrayList;
import java.util.List;

/** Frameworks come to a cluster that is full, one after the other, each with the round that looks for an offer for it. */
final class AddFrameworkCase {
    static final String NAME = "add-framework";
    private static final int ADDED = 1_000;

    private final Effort effort;

    AddFrameworkCase(Effort effort) {
        this.effort = effort;
    }

    List<OfferFigure> measure(ClusterSize size) {
        OfferCluster cluster = OfferCluster.used(size);
        List<FrameworkProfile> profiles = new ArrayList<>();
        for (int i = size.frameworks(); i < size.frameworks() + ADDED; i++) {
            // a role of its own again, if each of the others has one
            String role = size.roles() == size.frameworks() ? "role-" + i : size.role(i);
            profiles.add(FrameworkProfile.of(OfferCluster.frameworkName(i), role));
        }
        double nanos = effort.median(() -> addNanos(cluster, profiles));
        return List.of(OfferFigure.of(size, NAME, "cpu_us", nanos / 1e3 / ADDED, "us"));
    }

    private static long addNanos(OfferCluster cluster, List<FrameworkProfile> profiles) {
        int[] added = new int[profiles.size()];
        long begin = CpuClock.nanos();
        for (int i = 0; i < added.length; i++) {
            added[i] = cluster.engine().addFramework(profiles.get(i));
            cluster.engine().run(0, cluster.notes());
        }
        long nanos = CpuClock.nanos() - begin;
        cluster.checkOffers(0);
        for (int framework : added) {
            cluster.engine().removeFramework(framework, cluster.notes());
        }
        return nanos;
    }
}
