package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.polder.offer.Refusal.Why;
import dev.polder.offer.resource.Quantities;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ExplanationTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
    private final int framework = desk.addFramework("a");

    @Test
    void shouldHaveNothingToExplainWhereOffersStand() {
        desk.runForOne(0);

        assertThat(engine.explain(0, framework, "a")).isEmpty();
    }

    @Test
    void shouldNameTheRuleThatHoldsForAllAgents() {
        engine.addAgent(AgentProfile.of(cpus(1_000)));

        assertThat(engine.explain(0, framework, "b"))
                .containsExactly(
                        new Refusal(0, Why.ROLE_NOT_SUBSCRIBED, "framework 0 'f0' is not subscribed to role b"),
                        new Refusal(1, Why.ROLE_NOT_SUBSCRIBED, "framework 0 'f0' is not subscribed to role b"));
        engine.suppress(framework, "a");
        assertThat(only(Why.SUPPRESSED, framework, "a", 2)).contains("suppressed role a");
        engine.setFrameworkActive(framework, false, desk);
        assertThat(only(Why.FRAMEWORK_INACTIVE, framework, "a", 2)).isEqualTo("framework 0 'f0' is not active");
    }

    @Test
    void shouldGiveTheNumbersOfAFilter() {
        engine.decline(0, desk.runForOne(0).id(), 5_000);
        desk.run(1_500);

        assertThat(engine.explain(2_000, framework, "a"))
                .containsExactly(new Refusal(
                        agent, Why.FILTERED, "free is cpus:4, the framework refused cpus:4 for another 3000 ms"));
    }

    @Test
    void shouldNameThoseWhoComeFirst() {
        int other = desk.addFramework("b");
        engine.use(framework, "a", agent, cpus(1_000), desk);

        assertThat(only(Why.OTHERS_FIRST, framework, "a", 1))
                .isEqualTo("free is cpus:3, and first comes framework 1 'f1' in role b:"
                        + " role a has share 25.00%, role b 0.00%");
        assertThat(only(Why.NEXT_RUN, other, "b", 1))
                .isEqualTo("free is cpus:3, of which cpus:3 is offered at the next run,"
                        + " if an offer of another agent does not make it another's turn first");
        desk.runForOne(0);
        assertThat(only(Why.OTHERS_FIRST, framework, "a", 1))
                .isEqualTo("cpus:3 is offered, to framework 1 'f1' in role b, for another 60000 ms at most");
    }

    @Test
    void shouldSayWhatIsInUseOrTooLittle() {
        engine.use(framework, "a", agent, cpus(3_995), desk);
        assertThat(only(Why.BELOW_MINIMUM, framework, "a", 1))
                .isEqualTo("free is cpus:0.005, less than each of the minimum [cpus:0.01, mem:32]");

        engine.use(framework, "a", agent, cpus(5), desk);
        assertThat(only(Why.NOTHING_FREE, framework, "a", 1)).isEqualTo("of cpus:4 is in use cpus:4");

        engine.setAgentActive(agent, false, desk);
        assertThat(only(Why.AGENT_INACTIVE, framework, "a", 1)).isEqualTo("the agent is not active");
    }

    /** Returns the detail that all agents have in common. */
    private String only(Why why, int of, String role, int agents) {
        List<Refusal> refusals = engine.explain(0, of, role);
        assertThat(refusals).hasSize(agents).extracting(Refusal::why).containsOnly(why);
        assertThat(refusals)
                .extracting(Refusal::detail)
                .containsOnly(refusals.get(0).detail());
        return refusals.get(0).detail();
    }

    @Test
    void shouldTellTogetherOfAgentsThatAreRefusedForTheSameReason() {
        Desk desk = new Desk();
        OfferEngine engine = desk.engine;
        for (int i = 0; i < 5; i++) {
            engine.addAgent(AgentProfile.of(cpus(i < 3 ? 2_000 : 4_000)));
        }
        int framework = desk.addFramework("a");
        engine.use(framework, "a", 4, cpus(4_000), desk);
        desk.run(0).forEach(offer -> engine.decline(0, offer.id(), 5_000));

        List<RefusedAgents> refused = engine.explainInShort(1_000, framework, "a");

        assertThat(refused)
                .extracting(RefusedAgents::total, RefusedAgents::why, RefusedAgents::count, RefusedAgents::free)
                .containsExactly(
                        tuple(cpus(2_000), Refusal.Why.FILTERED, 3, Quantities.ofPlain(6_000, 0, 0, 0)),
                        tuple(cpus(4_000), Refusal.Why.NOTHING_FREE, 1, Quantities.EMPTY),
                        tuple(cpus(4_000), Refusal.Why.FILTERED, 1, Quantities.ofPlain(4_000, 0, 0, 0)));
        assertThat(refused.get(0).example().detail())
                .isEqualTo("free is cpus:2, the framework refused cpus:2 for another 4000 ms");
    }

    @Test
    void shouldNotBlameTheTurnOfOthersForWhatItCouldNotHaveAnyway() {
        engine.decline(0, desk.runForOne(0).id(), 5_000);
        int other = desk.addFramework("b");
        desk.runForOne(1_000);

        assertThat(only(Why.FILTERED, framework, "a", 1))
                .isEqualTo("in offers is cpus:4, the framework refused cpus:4 for another 5000 ms");
        engine.setDemands(1_000, framework, "a", List.of(Demand.of(1, Quantities.ofPlain(5_000, 0, 0, 0))));
        assertThat(only(Why.UNSUITABLE, framework, "a", 1)).isEqualTo("in offers is cpus:4, too little for cpus:5");
        engine.clearDemands(framework, "a");
        engine.revive(1_000, framework, "a");
        desk.setQuota("a", Desk.limit("cpus:0"));
        assertThat(only(Why.OVER_LIMIT, framework, "a", 1))
                .isEqualTo("in offers is cpus:4, of which quota leaves nothing: role a consumes nothing of cpus:0");
        assertThat(engine.openOffers(other)).hasSize(1);
    }

    @Test
    void shouldNotCountWhatIsInOffersAgainstALimit() {
        int other = desk.addFramework("a");
        desk.setQuota("a", Desk.limit("cpus:4"));
        int first = desk.runForOne(0).framework();

        assertThat(only(Why.OTHERS_FIRST, first == other ? framework : other, "a", 1))
                .contains("is offered");
    }

    @Test
    void shouldBlameNoLimitForWhatIsNotThere() {
        desk.setQuota("a", Desk.limit("cpus:3"));
        engine.use(framework, "a", agent, cpus(2_000), desk);

        Demand withPorts = Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0)).withPieces("ports", 2);
        engine.setDemands(0, framework, "a", List.of(withPorts));
        desk.run(0);
        assertThat(only(Why.UNSUITABLE, framework, "a", 1))
                .isEqualTo("free is cpus:2, too little for cpus:1 and 2 ports");

        engine.setDemands(0, framework, "a", List.of(Demand.of(1, Quantities.ofPlain(2_000, 0, 0, 0))));
        desk.run(0);
        assertThat(only(Why.OVER_LIMIT, framework, "a", 1))
                .isEqualTo("free is cpus:2, of which quota leaves cpus:1: role a consumes cpus:2 of cpus:3");
    }

    @Test
    void shouldSayWhatDecides() {
        int other = desk.addFramework("b");
        engine.setWeight("b", 2_000);
        engine.use(framework, "a", agent, cpus(1_000), desk);
        engine.use(other, "b", agent, cpus(2_000), desk);

        assertThat(only(Why.OTHERS_FIRST, other, "b", 1))
                .isEqualTo("free is cpus:1, and first comes framework 0 'f0' in role a: role b has share"
                        + " 25.00% by weight 2, role a 25.00%, and as many offers; the name decides");
    }

    @Test
    void shouldSayThatAGuaranteeDecides() {
        int other = desk.addFramework("b");
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        engine.use(framework, "a", agent, cpus(3_000), desk);
        desk.setQuota("a", Desk.guarantee("cpus:5"));

        assertThat(engine.explain(0, other, "b", agent))
                .contains(new Refusal(
                        agent,
                        Why.OTHERS_FIRST,
                        "free is cpus:1, and first comes framework 0 'f0' in role a:"
                                + " role a has less than it is guaranteed"));
    }

    @Test
    void shouldSayThatItsOwnOffersKeepAGangWaiting() {
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        long gang = engine.askForGang(0, framework, "a", gangOf(3));
        desk.run(0);

        assertThat(engine.explainGang(gang)).contains(new WaitingGang(3, 0, new TreeMap<>(Map.of(Why.OWN_OFFERS, 2))));
        engine.setDemands(0, framework, "a", List.of());
        desk.made.forEach(offer -> engine.withdraw(offer.id()));
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        assertThat(desk.run(0)).extracting(Offer::gang).containsOnly(gang).hasSize(3);
    }

    private static Gang gangOf(int agents) {
        return new Gang(agents, Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0)), 1_000);
    }

    @Test
    void shouldSayThatItWaitsForNothing() {
        engine.setDemands(0, framework, "a", List.of());
        assertThat(only(Why.SATISFIED, framework, "a", 1))
                .isEqualTo("framework 0 'f0' in role a said that it waits for nothing");

        engine.askForGang(0, framework, "a", gangOf(2));
        assertThat(only(Why.SATISFIED, framework, "a", 1)).endsWith("waits for nothing but 1 gangs: see explainGang");
    }

    @Test
    void shouldSayThatAnAgentHasNothing() {
        engine.updateAgent(agent, AgentProfile.of(cpus(0)), desk);

        assertThat(only(Why.NOTHING_FREE, framework, "a", 1)).isEqualTo("the agent has nothing");
    }

    @Test
    void shouldTellHowFarDemandsAre() {
        Demand small = Demand.of(3, Quantities.ofPlain(1_000, 0, 0, 0)).withPerOffer(1);
        Demand large = Demand.of(2, Quantities.ofPlain(400_000, 0, 0, 0));
        assertThat(engine.explainDemands(0, framework, "a")).isEmpty();
        engine.setDemands(0, framework, "a", List.of(small, large));
        engine.accept(0, desk.run(0).get(0).id(), cpus(1_000), 0);

        assertThat(engine.explainDemands(0, framework, "a"))
                .containsExactly(
                        new WaitingDemand(small, 0, 2, 1, Optional.empty()),
                        new WaitingDemand(large, 2, 0, 0, Optional.empty()));
    }

    @Test
    void shouldTellWhereRoomIsMade() {
        Demand demand = Demand.of(1, Quantities.ofPlain(3_000, 0, 0, 0));
        engine.use(framework, "a", agent, cpus(2_000), desk);
        engine.setDemands(0, framework, "a", List.of(demand));
        desk.run(0);

        assertThat(engine.explainDemands(0, framework, "a"))
                .containsExactly(new WaitingDemand(
                        demand, 1, 0, 1, Optional.of(new WaitingDemand.Room(agent, 60_000, List.of()))));
        assertThat(engine.explain(1_000, framework, "a", agent))
                .map(Refusal::detail)
                .contains("free is cpus:2, too little for cpus:3; it is set aside for it for another 59000 ms");
    }

    @Test
    void shouldTellWhichTasksWereAskedToEnd() {
        Desk desk = new Desk(OfferEngineConfig.builder()
                .preemptAfterMs(0)
                .preemptionMs(5_000)
                .setAsideMs(0)
                .build());
        OfferEngine engine = desk.engine;
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int framework = desk.addFramework("a");
        engine.setPriority("a", 1);
        int low = desk.addFramework("b");
        engine.setDemands(0, low, "b", List.of());
        engine.use(low, "b", agent, cpus(4_000), desk);
        engine.taskStarted(new RunningTask(7, "b", agent, cpus(4_000), OptionalInt.empty(), 0));
        engine.setDemands(0, framework, "a", List.of(Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0))));
        desk.run(0);

        assertThat(engine.explainDemands(0, framework, "a"))
                .extracting(WaitingDemand::room)
                .containsExactly(Optional.of(new WaitingDemand.Room(agent, 5_000, List.of(7L))));
    }
}
