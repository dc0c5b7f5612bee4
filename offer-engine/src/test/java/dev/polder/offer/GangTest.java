package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class GangTest {
    private static final Demand FOUR_CPUS = Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0));

    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int framework = engine.addFramework(FrameworkProfile.of("f", "a"));

    /** Adds agents of four cpus of which the other framework uses so many each. */
    private void addAgents(int other, long... used) {
        for (long cpus : used) {
            engine.use(other, "b", engine.addAgent(AgentProfile.of(cpus(4_000))), cpus(cpus), desk);
        }
    }

    private int addOther() {
        int other = engine.addFramework(FrameworkProfile.of("other", "b"));
        engine.suppress(other, "b");
        return other;
    }

    /** Asks for four cpus on each of so many agents, and for no single offers. */
    private long ask(int asking, String role, int agents, long withinMs) {
        engine.setDemands(0, asking, role, List.of());
        return engine.askForGang(0, asking, role, new Gang(agents, FOUR_CPUS, withinMs));
    }

    @Test
    void shouldOfferAllAtOnceAndNoMoreThanIsNeeded() {
        for (int i = 0; i < 3; i++) {
            engine.addAgent(AgentProfile.of(cpus(8_000)));
        }
        engine.suppress(framework, "a");
        engine.revive(0, framework, "a");
        long gang = ask(framework, "a", 3, 1_000);

        List<Offer> offers = desk.run(0);

        assertThat(offers).hasSize(3).allSatisfy(offer -> {
            assertThat(offer.resources()).isEqualTo(cpus(4_000));
            assertThat(offer.gang()).isEqualTo(gang);
        });
        assertThat(offers).extracting(Offer::agent).doesNotHaveDuplicates();
        offers.forEach(offer -> desk.acceptAll(1, offer));
        assertThat(desk.run(5_000)).isEmpty();
        assertThat(desk.failed).isEmpty();
    }

    @Test
    void shouldOfferNothingOfAGangThatHasNoRoomAndFailWhenItsTimeIsOver() {
        int other = addOther();
        addAgents(other, 0, 4_000);
        long gang = ask(framework, "a", 2, 1_000);

        assertThat(desk.run(0)).isEmpty();
        engine.revive(0, other, "b");
        assertThat(desk.run(999)).as("both agents are set aside").isEmpty();
        assertThat(engine.explain(999, other, "b", 0))
                .map(Refusal::detail)
                .contains("free is cpus:4, kept for a gang of framework 0 'f' in role a for another 1 ms");

        assertThat(desk.runForOne(1_000).framework()).isEqualTo(other);
        assertThat(desk.failed).containsExactly(gang);
        assertThat(engine.callOffGang(gang)).isFalse();
    }

    @Test
    void shouldSetAsideTheAgentsThatLackLeast() {
        int other = addOther();
        addAgents(other, 1_000, 3_500, 3_000);
        ask(framework, "a", 2, 10_000);
        desk.run(0);

        engine.revive(0, other, "b");

        assertThat(desk.runForOne(0).agent()).isEqualTo(1);
    }

    @Test
    void shouldKeepOthersFromWhatIsSetAsideUntilItIsEnough() {
        int other = addOther();
        addAgents(other, 1_000, 2_000);
        ask(framework, "a", 2, 10_000);
        desk.run(0);
        engine.revive(0, other, "b");
        engine.release(other, "b", 0, cpus(1_000));
        assertThat(desk.run(1)).isEmpty();

        engine.release(other, "b", 1, cpus(2_000));

        assertThat(desk.run(2)).hasSize(2).allMatch(offer -> offer.framework() == framework);
    }

    @Test
    void shouldRescindTheOthersWhenOneOfAGangIsDeclined() {
        addAgents(addOther(), 0, 0, 0);
        ask(framework, "a", 3, 1_000);
        List<Offer> offers = desk.run(0);

        desk.acceptAll(1, offers.get(0));
        engine.decline(1, offers.get(1).id(), 0);
        assertThat(engine.nextDeadlineMs()).isLessThanOrEqualTo(1);
        desk.run(1);

        assertThat(desk.rescinded).containsExactly(offers.get(2).id() + " GANG_BROKEN");
        assertThat(engine.used(offers.get(0).agent())).as("what runs stays").isEqualTo(cpus(4_000));
    }

    @Test
    void shouldRescindTheOthersWhenAnAgentIsGone() {
        addAgents(addOther(), 0, 0);
        ask(framework, "a", 2, 1_000);
        List<Offer> offers = desk.run(0);

        engine.removeAgent(offers.get(0).agent(), desk);
        desk.run(0);

        assertThat(desk.rescinded).containsExactly("0 AGENT_GONE", "1 GANG_BROKEN");
    }

    @Test
    void shouldNotExceedALimitWithAGang() {
        addAgents(addOther(), 0, 0, 0);
        engine.setQuotas(Map.of("a", Quota.limit(Limits.of(Map.of("cpus", 8_000L)))), false, desk);
        long three = ask(framework, "a", 3, 1_000);
        assertThat(desk.run(0)).isEmpty();

        assertThat(engine.callOffGang(three)).isTrue();
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 1_000));
        assertThat(desk.run(0)).hasSize(2);
    }

    @Test
    void shouldSetNothingAsideForAGangThatQuotaDoesNotLeaveRoomFor() {
        int other = addOther();
        addAgents(other, 1_000, 1_000);
        engine.setQuotas(Map.of("a", Quota.limit(Limits.of(Map.of("cpus", 4_000L)))), false, desk);
        ask(framework, "a", 2, 1_000);
        desk.run(0);
        engine.revive(0, other, "b");

        assertThat(desk.run(0)).hasSize(2);
    }

    @Test
    void shouldSetAgentsAsideForTheNextGangWhereTheFirstFitsNowhere() {
        int other = addOther();
        addAgents(other, 1_000);
        ask(framework, "a", 2, 100_000);
        int second = engine.addFramework(FrameworkProfile.of("second", "c"));
        ask(second, "c", 1, 100_000);
        desk.run(0);
        engine.revive(0, other, "b");
        assertThat(desk.run(0)).isEmpty();

        engine.release(other, "b", 0, cpus(1_000));
        assertThat(desk.runForOne(1).framework()).isEqualTo(second);
    }

    @Test
    void shouldSayWhyAGangWaits() {
        addAgents(addOther(), 0, 2_000, 4_000);
        engine.setAgentActive(engine.addAgent(AgentProfile.of(cpus(4_000))), false, desk);
        long gang = ask(framework, "a", 2, 1_000);
        desk.run(0);

        assertThat(engine.explainGang(gang))
                .contains(new WaitingGang(
                        2,
                        1,
                        new TreeMap<>(Map.of(
                                Refusal.Why.UNSUITABLE, 1,
                                Refusal.Why.NOTHING_FREE, 1,
                                Refusal.Why.AGENT_INACTIVE, 1))));
        desk.run(1_000);
        assertThat(engine.explainGang(gang)).isEmpty();
    }

    @Test
    void shouldKeepNothingForAGangOfOneWhoSuppressed() {
        int other = addOther();
        addAgents(other, 1_000);
        ask(framework, "a", 1, 100_000);
        desk.run(0);
        engine.revive(0, other, "b");
        assertThat(desk.run(0)).isEmpty();

        engine.suppress(framework, "a");
        assertThat(desk.runForOne(0).framework()).isEqualTo(other);
    }

    @Test
    void shouldServeAGangWhenItsFrameworkRevives() {
        addAgents(addOther(), 0, 0);
        engine.setDemands(0, framework, "a", List.of());
        engine.suppress(framework, "a");
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 100_000));
        assertThat(desk.run(0)).isEmpty();

        engine.revive(1, framework, "a");
        assertThat(desk.run(1)).hasSize(2);
    }

    @Test
    void shouldServeAGangWhenQuotaLeavesRoomForItAgain() {
        addAgents(addOther(), 0, 0);
        engine.setQuotas(Map.of("a", Quota.limit(Limits.of(Map.of("cpus", 8_000L)))), false, desk);
        int third = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int same = engine.addFramework(FrameworkProfile.of("same", "a"));
        engine.suppress(same, "a");
        engine.use(same, "a", third, cpus(4_000), desk);
        ask(framework, "a", 2, 100_000);
        assertThat(desk.run(0)).isEmpty();

        engine.setAgentActive(third, false, desk);
        engine.release(same, "a", third, cpus(4_000));
        assertThat(desk.run(1)).hasSize(2);
    }

    @Test
    void shouldServeTheGangWhoseTurnItIsFirst() {
        addAgents(addOther(), 0, 0);
        engine.setDemands(0, framework, "a", List.of());
        engine.use(framework, "a", engine.addAgent(AgentProfile.of(cpus(4_000))), cpus(4_000), desk);
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 100_000));
        int second = engine.addFramework(FrameworkProfile.of("second", "c"));
        ask(second, "c", 2, 100_000);

        assertThat(desk.run(0)).hasSize(2).allMatch(offer -> offer.framework() == second);
    }

    @Test
    void shouldRescindWhatIsLeftOfABrokenGangThoughPaused() {
        addAgents(addOther(), 0, 0);
        ask(framework, "a", 2, 100_000);
        List<Offer> offers = desk.run(0);
        engine.pause();

        engine.decline(0, offers.get(0).id(), 0);
        desk.run(0);

        assertThat(desk.rescinded).containsExactly(offers.get(1).id() + " GANG_BROKEN");
    }

    @Test
    void shouldForgetTheGangsOfAFrameworkThatIsGone() {
        addAgents(addOther(), 4_000);
        ask(framework, "a", 1, 1_000);
        desk.run(0);

        engine.setFrameworkActive(framework, false, desk);

        assertThat(desk.run(2_000)).isEmpty();
        assertThat(desk.failed).isEmpty();
        assertThatThrownBy(() -> engine.askForGang(2_000, framework, "a", new Gang(1, FOUR_CPUS, 1_000)))
                .hasMessage("framework 0 'f' is not active");
    }

    @Test
    void shouldBoundHowManyGangsWait() {
        for (int i = 0; i < Gangs.PER_SUBSCRIPTION_MAX; i++) {
            engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000));
        }

        assertThatThrownBy(() -> engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000)))
                .hasMessage("framework 0 'f' in role a: 8 gangs wait already, must be 8 at most");
        for (int i = Gangs.PER_SUBSCRIPTION_MAX; i < Gangs.WAITING_MAX; i++) {
            int each = engine.addFramework(FrameworkProfile.of("g" + i, "a"));
            engine.askForGang(0, each, "a", new Gang(1, FOUR_CPUS, 1_000));
        }
        int last = engine.addFramework(FrameworkProfile.of("last", "a"));
        assertThatThrownBy(() -> engine.askForGang(0, last, "a", new Gang(1, FOUR_CPUS, 1_000)))
                .hasMessage("all frameworks: 256 gangs wait already, must be 256 at most");
        assertThatThrownBy(() -> new Gang(0, FOUR_CPUS, 1)).hasMessage("gang of 0 agents: must be 1 to 10000");
        assertThatThrownBy(() -> new Gang(1, FOUR_CPUS.withPriority(5), 1))
                .hasMessage("gang of priority 5: must have none, no task ends for a gang");
        assertThatThrownBy(() -> new Gang(1, FOUR_CPUS, 0)).hasMessage("gang within 0 ms: must be 1 to 604800000");
    }

    @Test
    void shouldWaitForItsTurn() {
        addAgents(addOther(), 0, 0);
        engine.use(framework, "a", 0, cpus(4_000), desk);
        int poor = engine.addFramework(FrameworkProfile.of("poor", "c"));
        ask(framework, "a", 1, 1_000);

        Offer first = desk.runForOne(0);
        assertThat(first.framework()).as("the one that has less comes first").isEqualTo(poor);
        engine.decline(0, first.id(), 5_000);
        assertThat(desk.runForOne(0).gang()).isZero();
    }

    @Test
    void shouldHaveWhatThoseLeaveWhoseTurnCameFirst() {
        addAgents(addOther(), 0, 0);
        engine.use(framework, "a", 0, cpus(4_000), desk);
        int poor = engine.addFramework(FrameworkProfile.of("poor", "c"));
        engine.setDemands(0, poor, "c", List.of(Demand.of(1, Quantities.ofPlain(3_000, 0, 0, 0))));
        engine.setDemands(0, framework, "a", List.of());
        engine.askForGang(0, framework, "a", new Gang(1, Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0)), 1_000));

        assertThat(desk.run(0)).extracting(Offer::framework).containsExactly(poor, framework);
    }

    @Test
    void shouldHaveWhatThoseLeaveThoughNothingIsEverSetAside() {
        Desk plain = new Desk(OfferEngineConfig.builder().setAsideMs(0).build());
        plain.engine.addFramework(FrameworkProfile.of("first", "a"));
        plain.engine.addFramework(FrameworkProfile.of("gang", "b"));
        plain.engine.addAgent(AgentProfile.of(cpus(4_000)));
        plain.engine.addAgent(AgentProfile.of(cpus(4_000)));
        plain.engine.setDemands(0, 0, "a", List.of(Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0))));
        plain.engine.setDemands(0, 1, "b", List.of());
        plain.engine.askForGang(0, 1, "b", new Gang(1, FOUR_CPUS, 1_000));

        assertThat(plain.run(0)).extracting(Offer::framework).containsExactly(0, 1);
    }

    @Test
    void shouldHaveWhatIsLeftOfAnAgentThatWasSetAsideForAnother() {
        int other = addOther();
        addAgents(other, 2_000);
        engine.setDemands(0, framework, "a", List.of());
        int second = engine.addFramework(FrameworkProfile.of("second", "c"));
        engine.setDemands(0, second, "c", List.of(Demand.of(1, Quantities.ofPlain(3_000, 0, 0, 0))));
        assertThat(desk.run(0)).isEmpty();
        engine.askForGang(0, framework, "a", new Gang(1, Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0)), 1_000));
        assertThat(desk.run(0)).as("the agent is set aside").isEmpty();

        engine.release(other, "b", 0, cpus(2_000));

        assertThat(desk.run(1)).extracting(Offer::framework).containsExactly(second, framework);
    }

    @Test
    void shouldServeAGangOfWhichOnePartIsAllThatItsRoleIsGuaranteedThoughTheOtherIsSetAside() {
        int other = addOther();
        engine.use(other, "b", engine.addAgent(AgentProfile.of(cpus(3_000))), cpus(3_000), desk);
        engine.use(other, "b", engine.addAgent(AgentProfile.of(cpus(8_000))), cpus(4_000), desk);
        int second = engine.addFramework(FrameworkProfile.of("second", "c"));
        engine.setDemands(0, second, "c", List.of(Demand.of(1, Quantities.ofPlain(8_000, 0, 0, 0))));
        engine.setDemands(0, framework, "a", List.of());
        assertThat(desk.run(0)).as("agent 1 is set aside").isEmpty();
        desk.setQuota("a", Desk.guarantee("cpus:3"));
        engine.askForGang(0, framework, "a", new Gang(2, Demand.of(1, Quantities.ofPlain(3_000, 0, 0, 0)), 1_000));
        assertThat(desk.run(0)).isEmpty();

        engine.release(other, "b", 0, cpus(3_000));

        assertThat(desk.run(1)).extracting(Offer::agent).containsExactly(0, 1);
    }

    @Test
    void shouldLeaveSingleOffersToOthersWhoseTurnItIs() {
        addAgents(addOther(), 0, 0);
        Optional<Refusal> before = engine.explain(0, framework, "a", 0);
        assertThat(before).map(Refusal::why).contains(Refusal.Why.NEXT_RUN);

        engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000));

        assertThat(desk.run(0)).extracting(Offer::gang).containsExactlyInAnyOrder(0L, OfferView.NO_GANG);
    }

    @Test
    void shouldSetAgentsAsideForTheDemandsOfOneWhoseGangFitsNowhere() {
        int other = addOther();
        for (int i = 0; i < 32; i++) {
            addAgents(other, 4_000);
        }
        engine.setDemands(0, framework, "a", List.of(FOUR_CPUS));
        engine.askForGang(0, framework, "a", new Gang(20, FOUR_CPUS, 100_000));
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 100_000));
        desk.run(0);
        engine.revive(0, other, "b");
        engine.release(other, "b", 0, cpus(4_000));
        engine.release(other, "b", 1, cpus(4_000));
        assertThat(desk.run(1)).as("the second gang").hasSize(2).allMatch(offer -> offer.gang() == 1);

        engine.release(other, "b", 2, cpus(4_000));
        assertThat(desk.runForOne(2).framework()).as("the demand").isEqualTo(framework);
    }

    @Test
    void shouldKeepAQuarterOfASmallClusterForGangsOnAverage() {
        int other = addOther();
        addAgents(other, 4_000, 4_000, 4_000, 4_000);
        engine.setDemands(0, framework, "a", List.of());
        int second = engine.addFramework(FrameworkProfile.of("second", "c"));
        engine.setDemands(0, second, "c", List.of());
        engine.askForGang(0, framework, "a", new Gang(4, FOUR_CPUS, Gang.WITHIN_MS_MAX));
        engine.askForGang(0, second, "c", new Gang(4, FOUR_CPUS, Gang.WITHIN_MS_MAX));
        int minutes = 0;
        for (long nowMs = 0; nowMs < 3_600_000; nowMs += 60_000) {
            desk.run(nowMs);
            engine.release(other, "b", 0, cpus(1_000));
            engine.revive(nowMs, other, "b");
            List<Offer> offers = desk.run(nowMs);
            offers.forEach(offer -> engine.withdraw(offer.id()));
            engine.suppress(other, "b");
            engine.use(other, "b", 0, cpus(1_000), desk);
            minutes += offers.isEmpty() ? 1 : 0;
        }

        assertThat(minutes).isEqualTo(15);
    }

    @Test
    void shouldNotOfferWhatABrokenGangLeavesAgainAtOnce() {
        addAgents(addOther(), 0, 0);
        ask(framework, "a", 2, 1_000);
        List<Offer> offers = desk.run(0);
        engine.decline(0, offers.get(0).id(), 0);
        desk.run(0);
        engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 10_000));

        assertThat(desk.run(999)).isEmpty();
        assertThat(desk.run(1_000)).hasSize(1);
    }

    @Test
    void shouldNotAcceptOffersOfAGangAndOthersTogether() {
        engine.addAgent(AgentProfile.of(cpus(8_000)));
        engine.setDemands(0, framework, "a", List.of(FOUR_CPUS));
        engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000));
        List<Offer> offers = desk.run(0);
        assertThat(offers).hasSize(2);

        assertThatThrownBy(() -> engine.accept(0, List.of(0L, 1L), List.of(), cpus(8_000), 0))
                .hasMessage("offers 0 and 1: one is of a gang, they cannot be accepted together");
    }
}
