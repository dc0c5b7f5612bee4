package dev.polder.benchmarks;

import dev.polder.benchmarks.MixedFramework.Sort;
import dev.polder.offer.AgentProfile;
import dev.polder.offer.FrameworkProfile;
import dev.polder.offer.Offer;
import dev.polder.offer.OfferEngine;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * Three sorts of frameworks share a cluster until all have placed their tasks: a few large ones, very many small ones in
 * one role, and some in between. No task ends, nobody suppresses. The engine makes offers whenever something has come
 * free, not once a second; the clock is virtual.
 */
final class MixedRun {
    private static final int AGENTS = 80;
    private static final Resources AGENT = Resources.ofPlain(64_000, 0, 0, 488_000_000);
    private static final int ROUNDS_MAX = 20_000;

    /**
     * How long frameworks take to answer. If it were as long as the shortest decline filter, those that are finished,
     * whose shares stay the smallest, would be asked first in every round, and the others would starve.
     */
    static final long ROUND_MS = 10;

    private static final Sort LARGE = new Sort(4_000, 100, 70, 400_000);
    private static final int LARGE_FRAMEWORKS = 4;
    private static final Sort SMALL = new Sort(5, 1, 100, 4_000_000);
    private static final int SMALL_FRAMEWORKS = 500;
    private static final Sort MEDIUM = new Sort(20, 5, 1_000, 1_000_000);
    private static final int MEDIUM_FRAMEWORKS = 50;

    static final ClusterSize SIZE = new ClusterSize(
            AGENTS, LARGE_FRAMEWORKS + SMALL_FRAMEWORKS + MEDIUM_FRAMEWORKS, LARGE_FRAMEWORKS + 1 + MEDIUM_FRAMEWORKS);

    private final OfferEngine engine = new OfferEngine(OfferEngineConfig.DEFAULT);

    /** An agent may be offered to everybody once in a round. */
    private final OfferNotes notes = new OfferNotes(AGENTS * SIZE.frameworks());

    private final List<MixedFramework> frameworks = new ArrayList<>();

    /** What each offer of a round is answered with. */
    private final List<Resources> answers = new ArrayList<>();

    private int rounds;
    private long engineNanos;

    /** Makes the cluster; frameworks may tell the engine what they wait for. */
    MixedRun(boolean areDemandsTold) {
        for (int i = 0; i < AGENTS; i++) {
            engine.addAgent(AgentProfile.of(AGENT));
        }
        for (int i = 0; i < LARGE_FRAMEWORKS; i++) {
            add(new MixedFramework(LARGE, "large-" + i));
        }
        for (int i = 0; i < SMALL_FRAMEWORKS; i++) {
            add(new MixedFramework(SMALL, "small"));
        }
        for (int i = 0; i < MEDIUM_FRAMEWORKS; i++) {
            add(new MixedFramework(MEDIUM, "medium-" + i));
        }
        if (areDemandsTold) {
            tellDemands();
        }
    }

    private void add(MixedFramework framework) {
        engine.addFramework(FrameworkProfile.of("framework-" + frameworks.size(), framework.role()));
        frameworks.add(framework);
    }

    private void tellDemands() {
        long begin = CpuClock.nanos();
        for (int i = 0; i < frameworks.size(); i++) {
            MixedFramework framework = frameworks.get(i);
            engine.setDemands(0, i, framework.role(), List.of(framework.demand()));
        }
        engineNanos += CpuClock.nanos() - begin;
    }

    /** Goes on until every task is placed, or too many rounds have passed. */
    void run() {
        long nowMs = 0;
        while (placed() < wanted() && rounds < ROUNDS_MAX) {
            round(nowMs);
            nowMs += ROUND_MS;
        }
        checkUse();
    }

    /** Returns how many tasks there are to place. */
    int wanted() {
        return frameworks.stream()
                .mapToInt(framework -> framework.sort().tasks())
                .sum();
    }

    /** Returns how many tasks were placed. */
    int placed() {
        return frameworks.stream().mapToInt(MixedFramework::placed).sum();
    }

    int rounds() {
        return rounds;
    }

    /** Returns the CPU time of the engine's methods. */
    long engineNanos() {
        return engineNanos;
    }

    private void round(long nowMs) {
        notes.clear();
        long begin = CpuClock.nanos();
        engine.run(nowMs, notes);
        engineNanos += CpuClock.nanos() - begin;
        Claim.check(notes.rescinded() == 0, "%s offers were rescinded", notes.rescinded());
        decide();
        begin = CpuClock.nanos();
        for (int i = 0; i < answers.size(); i++) {
            // using nothing is to decline
            engine.accept(nowMs, notes.id(i), answers.get(i), 0);
        }
        engineNanos += CpuClock.nanos() - begin;
        rounds++;
    }

    private void decide() {
        answers.clear();
        for (int i = 0; i < notes.count(); i++) {
            Offer offer = notes.offer(i, engine);
            MixedFramework framework = frameworks.get(offer.framework());
            Claim.check(offer.role().equals(framework.role()), "%s: wrong role", offer);
            answers.add(framework.answer(offer.resources()));
        }
    }

    /** Checks that what the engine says is in use is what the placed tasks use, and that nothing else is missing. */
    private void checkUse() {
        Resources used = Resources.EMPTY;
        Resources free = Resources.EMPTY;
        Resources all = Resources.EMPTY;
        for (int agent = 0; agent < AGENTS; agent++) {
            used = used.plus(engine.used(agent));
            free = free.plus(engine.free(agent));
            all = all.plus(AGENT);
        }
        Resources placed = Resources.EMPTY;
        for (MixedFramework framework : frameworks) {
            placed = placed.plus(framework.resources(framework.placed()));
        }
        Claim.check(used.equals(placed), "%s is in use, tasks use %s", used, placed);
        Claim.check(used.plus(free).equals(all), "%s used and %s free of %s", used, free, all);
    }
}
