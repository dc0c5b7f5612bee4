package dev.polder.benchmarks;

import dev.polder.offer.AgentProfile;
import dev.polder.offer.FrameworkProfile;
import dev.polder.offer.NaiveEngine;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The same first round by the model that the engine is tested against, which adds up and sorts everything for every
 * question; and by the engine, at that size. Both make the same offers.
 */
final class NaiveRoundCase {
    static final String NAME = "naive-full-round";

    private final Effort effort;

    NaiveRoundCase(Effort effort) {
        this.effort = effort;
    }

    List<OfferFigure> measure(ClusterSize size) {
        List<OfferFigure> ours = new FullRoundCase(effort).measure(size);
        OfferCluster cluster = OfferCluster.free(size);
        cluster.engine().run(0, cluster.notes());
        double nanos = effort.median(() -> naiveNanos(cluster));
        double ratio = nanos / 1e6 / ours.get(0).figure().value();
        Figure cpu = new Figure(NAME, "cpu_ms", nanos / 1e6, "ms");
        List<OfferFigure> figures = new ArrayList<>();
        ours.forEach(one -> figures.add(one.withNote("to compare with " + NAME)));
        figures.add(new OfferFigure(size, cpu, String.format(Locale.ROOT, "%,.0f times the engine's", ratio)));
        figures.add(OfferFigure.of(size, NAME, "us_per_offer", nanos / 1e3 / size.agents(), "us"));
        return figures;
    }

    /** Compares with what the engine has offered. */
    private static long naiveNanos(OfferCluster cluster) {
        NaiveEngine naive = new NaiveEngine(OfferEngineConfig.DEFAULT);
        for (Resources total : OfferCluster.agents(cluster.size().agents())) {
            naive.addAgent(AgentProfile.of(total));
        }
        for (int i = 0; i < cluster.size().frameworks(); i++) {
            naive.addFramework(FrameworkProfile.of(OfferCluster.frameworkName(i), cluster.role(i)));
        }
        long begin = CpuClock.nanos();
        naive.run(0);
        long nanos = CpuClock.nanos() - begin;
        OfferNotes notes = cluster.notes();
        Claim.check(naive.offers() == notes.count(), "%s and %s offers", naive.offers(), notes.count());
        for (int i = 0; i < notes.count(); i++) {
            Claim.check(
                    naive.framework(notes.id(i)) == notes.framework(i) && naive.agent(notes.id(i)) == notes.agent(i),
                    "offer %s is another",
                    notes.id(i));
        }
        return nanos;
    }
}
