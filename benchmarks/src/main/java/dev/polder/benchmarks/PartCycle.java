package dev.polder.benchmarks;

import dev.polder.offer.Offer;
import dev.polder.offer.resource.Resources;
import java.util.Arrays;

/** In a cluster that is full a task ends, what it had is offered, and the next task takes it: again and again. */
final class PartCycle {
    /** What a task uses. */
    static final Resources PART = Resources.ofPlain(1_000, 0, 0, 1_024_000);

    /** A prime, so that all agents have their turn in an order that is not theirs. */
    static final int STEP = 7_919;

    private final OfferCluster cluster;

    /** Who has the part of each agent that goes round. */
    private final int[] holders;

    private int agent;

    PartCycle(ClusterSize size) {
        cluster = OfferCluster.used(size);
        holders = new int[size.agents()];
        Arrays.setAll(holders, cluster::holder);
    }

    /** Chooses the agent that the next calls are about. */
    void goOn() {
        agent = (agent + STEP) % holders.length;
    }

    /** A task ends. */
    void release() {
        cluster.engine().release(holders[agent], cluster.role(holders[agent]), agent, PART);
    }

    /** What has come free is offered. */
    void offer() {
        cluster.engine().run(0, cluster.notes());
    }

    /** The framework that was offered it uses it. */
    void accept() {
        cluster.engine().accept(0, cluster.notes().id(0), PART, 0);
    }

    /** Checks the one offer that must stand now. */
    void checkOffer() {
        OfferNotes notes = cluster.notes();
        Claim.check(notes.count() == 1, "%s offers were made for one task that ended", notes.count());
        Offer offer = notes.offer(0, cluster.engine());
        Claim.check(offer.agent() == agent, "%s is not of agent %s", offer, agent);
        Claim.check(offer.resources().equals(PART), "%s is not what has come free: %s", offer, PART);
        cluster.returned(holders[agent], PART);
        cluster.checkTurn(offer.framework(), PART);
    }

    /** Notes who has the part now. */
    void note() {
        holders[agent] = cluster.notes().framework(0);
        cluster.notes().clear();
    }
}
