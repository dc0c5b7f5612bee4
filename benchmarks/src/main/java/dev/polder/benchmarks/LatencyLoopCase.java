package dev.polder.benchmarks;

import dev.polder.offer.AgentProfile;
import dev.polder.offer.FrameworkProfile;
import dev.polder.offer.Offer;
import dev.polder.offer.OfferEngine;
import dev.polder.offer.loop.LoopConfig;
import dev.polder.offer.loop.OfferEngineLoop;
import dev.polder.offer.resource.Resources;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** As {@link LatencyCase}, but the engine has a thread of its own, which sleeps until it is told that a task has ended. */
final class LatencyLoopCase {
    static final String NAME = "latency-loop";
    private static final int SAMPLES = 20_000;
    private static final long WAIT_S = 30;

    /** An offer, and when the listener was told. */
    private record Arrival(Offer offer, long atNanos) {}

    private final Effort effort;
    private final ClusterSize size;
    private final List<Resources> totals;
    private final FairTurns turns;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    /** Who has the part of each agent that goes round. */
    private final int[] holders;

    private int agent;

    LatencyLoopCase(Effort effort, ClusterSize size) {
        this.effort = effort;
        this.size = size;
        totals = OfferCluster.agents(size.agents());
        turns = OfferCluster.turns(size, totals);
        holders = new int[size.agents()];
    }

    List<OfferFigure> measure() throws InterruptedException {
        try (OfferEngineLoop loop = OfferEngineLoop.start(
                LoopConfig.named(NAME), offer -> arrivals.add(new Arrival(offer, System.nanoTime())))) {
            loop.tell((engine, nowMs, sink) -> fill(engine)).join();
            for (int i = 0; i < size.agents(); i++) {
                Offer offer = take().offer();
                checkTurn(offer, totals.get(offer.agent()));
                holders[offer.agent()] = offer.framework();
                accept(loop, offer);
            }
            // as many again before, to be warm
            sample(loop);
            return LatencyCase.figures(size, NAME, sample(loop));
        }
    }

    private void fill(OfferEngine engine) {
        totals.forEach(total -> engine.addAgent(AgentProfile.of(total)));
        for (int i = 0; i < size.frameworks(); i++) {
            engine.addFramework(FrameworkProfile.of(OfferCluster.frameworkName(i), size.role(i)));
        }
    }

    private Histogram sample(OfferEngineLoop loop) throws InterruptedException {
        Histogram nanos = new Histogram(3);
        for (int i = 0; i < effort.divided(SAMPLES); i++) {
            agent = (agent + PartCycle.STEP) % holders.length;
            int from = agent;
            int holder = holders[from];
            long begin = System.nanoTime();
            CompletableFuture<?> released =
                    loop.tell((engine, nowMs, sink) -> engine.release(holder, size.role(holder), from, PartCycle.PART));
            Arrival arrival = take();
            nanos.recordValue(Math.max(0, arrival.atNanos() - begin));
            released.join();
            turns.returned(holder, PartCycle.PART);
            Claim.check(arrival.offer().agent() == from, "%s is not of agent %s", arrival.offer(), from);
            checkTurn(arrival.offer(), PartCycle.PART);
            holders[from] = arrival.offer().framework();
            accept(loop, arrival.offer());
        }
        return nanos;
    }

    private Arrival take() throws InterruptedException {
        Arrival arrival = arrivals.poll(WAIT_S, TimeUnit.SECONDS);
        if (arrival == null) {
            throw new IllegalStateException("no offer within " + WAIT_S + " s");
        }
        return arrival;
    }

    private void checkTurn(Offer offer, Resources expected) {
        Claim.check(offer.resources().equals(expected), "%s is not what has come free: %s", offer, expected);
        Claim.check(turns.isTurnOf(offer.framework()), "%s: out of turn", offer);
        turns.offered(offer.framework(), expected);
    }

    private static void accept(OfferEngineLoop loop, Offer offer) {
        loop.tell((engine, nowMs, sink) -> engine.accept(nowMs, offer.id(), offer.resources(), 0))
                .join();
    }
}
