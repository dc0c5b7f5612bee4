package dev.polder.benchmarks;

import dev.polder.offer.AgentProfile;
import dev.polder.offer.FrameworkProfile;
import dev.polder.offer.Offer;
import dev.polder.offer.OfferEngine;
import dev.polder.offer.OfferEngineConfig;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An engine with agents of many sizes and frameworks that take turns in the roles, and a record of who has what, by which
 * every offer is checked. Owned by one thread. Only the engine's own methods belong between two looks at the clock.
 */
final class OfferCluster {
    private static final long SEED = 1;
    private static final int NOBODY = -1;

    private final ClusterSize size;
    private final OfferEngine engine = new OfferEngine(OfferEngineConfig.DEFAULT);
    private final List<Resources> totals;
    private final OfferNotes notes;

    /** The role of each framework: a name that were put together each time would be part of what is measured. */
    private final String[] roles;

    /** Who uses all that an agent has. */
    private final int[] holders;

    /** Made when it is first needed: whoever weighs the engine does not want it on the scales. */
    private @Nullable FairTurns turns;

    private OfferCluster(ClusterSize size, List<Resources> totals) {
        this.size = size;
        this.totals = totals;
        this.notes = new OfferNotes(size.agents());
        this.roles = new String[size.frameworks()];
        Arrays.setAll(roles, size::role);
        this.holders = new int[size.agents()];
    }

    /** Makes a cluster in which everything is free and nothing was offered yet. */
    static OfferCluster free(ClusterSize size) {
        OfferCluster cluster = new OfferCluster(size, agents(size.agents()));
        for (Resources total : cluster.totals) {
            cluster.engine.addAgent(AgentProfile.of(total));
        }
        for (int i = 0; i < size.frameworks(); i++) {
            cluster.engine.addFramework(FrameworkProfile.of(frameworkName(i), cluster.role(i)));
        }
        return cluster;
    }

    /** Makes a cluster in which each agent is used by one framework, completely. */
    static OfferCluster used(ClusterSize size) {
        OfferCluster cluster = free(size);
        cluster.engine.run(0, cluster.notes);
        cluster.checkOffers(size.agents());
        cluster.acceptAll(0);
        return cluster;
    }

    /** Returns the same agents for the same number. */
    static List<Resources> agents(int count) {
        Random random = new Random(SEED);
        List<Resources> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            agents.add(Resources.builder()
                    .scalar("cpus", (8 + random.nextInt(56)) * 1_000L)
                    .scalar("mem", (16 + random.nextInt(112)) * 1_024_000L)
                    .scalar("disk", 500_000_000L)
                    .range("ports", 31_000, 32_000)
                    .build());
        }
        return agents;
    }

    static String frameworkName(int framework) {
        return "framework-" + framework;
    }

    ClusterSize size() {
        return size;
    }

    OfferEngine engine() {
        return engine;
    }

    OfferNotes notes() {
        return notes;
    }

    Resources total(int agent) {
        return totals.get(agent);
    }

    String role(int framework) {
        return roles[framework];
    }

    /** Returns who uses all of an agent. */
    int holder(int agent) {
        return holders[agent];
    }

    /**
     * Checks what was noted: so many offers, each of all that its agent has, and each to the framework whose turn it
     * was.
     *
     * @throws IllegalStateException if one is not right
     */
    void checkOffers(int expected) {
        Claim.check(notes.count() == expected, "%s offers were made, not %s", notes.count(), expected);
        Claim.check(notes.rescinded() == 0, "%s offers were rescinded", notes.rescinded());
        for (int i = 0; i < expected; i++) {
            Offer offer = notes.offer(i, engine);
            Claim.check(offer.role().equals(role(offer.framework())), "%s: wrong role", offer);
            Claim.check(offer.resources().equals(total(offer.agent())), "%s: not all that is free", offer);
            checkTurn(offer.framework(), offer.resources());
        }
    }

    /**
     * Checks that it is this framework's turn, and notes that it got an offer.
     *
     * @throws IllegalStateException if it is another's
     */
    void checkTurn(int framework, Resources resources) {
        Claim.check(turns().isTurnOf(framework), "framework %s got an offer out of its turn", framework);
        turns().offered(framework, resources);
    }

    /** Has the frameworks use all that was noted. */
    void acceptAll(long nowMs) {
        for (int i = 0; i < notes.count(); i++) {
            int agent = notes.agent(i);
            engine.accept(nowMs, notes.id(i), total(agent), 0);
            holders[agent] = notes.framework(i);
        }
        notes.clear();
    }

    /** Notes that a framework has something no more. */
    void returned(int framework, Resources resources) {
        turns().returned(framework, resources);
    }

    /** Notes that nobody uses an agent any more. */
    void released(int agent) {
        returned(holders[agent], total(agent));
        holders[agent] = NOBODY;
    }

    private FairTurns turns() {
        if (turns == null) {
            turns = turns(size, totals);
        }
        return turns;
    }

    /** Returns whose turn it is in such a cluster before the first offer. */
    static FairTurns turns(ClusterSize size, List<Resources> totals) {
        FairTurns turns =
                new FairTurns(totals.stream().map(Resources::quantities).reduce(Quantities.EMPTY, Quantities::plus));
        for (int i = 0; i < size.frameworks(); i++) {
            turns.add(frameworkName(i), size.role(i));
        }
        return turns;
    }
}
