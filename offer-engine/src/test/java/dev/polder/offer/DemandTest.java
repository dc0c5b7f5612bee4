package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static dev.polder.offer.Desk.cpusAndMem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class DemandTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    private static Quantities shape(long cpus) {
        return Quantities.ofPlain(cpus, 0, 0, 0);
    }

    @Test
    void shouldNotOfferWhatIsOfNoUse() {
        engine.addAgent(AgentProfile.of(cpus(2_000)));
        int large = engine.addAgent(AgentProfile.of(cpus(8_000)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(1, shape(4_000))));

        assertThat(desk.runForOne(0).agent()).isEqualTo(large);
        assertThat(engine.explain(0, framework, "a"))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.why()).isEqualTo(Refusal.Why.SATISFIED));
    }

    @Test
    void shouldPartAnAgentBetweenSeveral() {
        engine.addAgent(AgentProfile.of(cpusAndMem(8_000, 1_000)));
        for (String name : List.of("f", "g", "h")) {
            engine.setDemands(
                    0, engine.addFramework(FrameworkProfile.of(name, "a")), "a", List.of(Demand.of(2, shape(1_000))));
        }
        int other = engine.addFramework(FrameworkProfile.of("other", "b"));
        engine.suppress(other, "b");

        assertThat(desk.run(0)).extracting(Offer::resources).containsExactly(cpus(2_000), cpus(2_000), cpus(2_000));

        engine.revive(0, other, "b");
        assertThat(desk.runForOne(0).resources()).isEqualTo(cpusAndMem(2_000, 1_000));
    }

    @Test
    void shouldPassOverWhoHoldsOffersForAllThatHeWaitsFor() {
        for (int i = 0; i < 3; i++) {
            engine.addAgent(AgentProfile.of(cpus(1_000)));
        }
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(2, shape(1_000))));

        List<Offer> offers = desk.run(0);
        assertThat(offers).hasSize(2);
        engine.decline(0, offers.get(0).id(), 5_000);
        assertThat(desk.runForOne(0).agent())
                .as("another agent for the same task")
                .isEqualTo(2);
    }

    @Test
    void shouldCoverWhatItWaitsForByOffersThatItHasAlready() {
        engine.addAgent(AgentProfile.of(cpus(3_000)));
        engine.addAgent(AgentProfile.of(cpus(3_000)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        assertThat(desk.run(0)).hasSize(2);

        engine.addAgent(AgentProfile.of(cpus(3_000)));
        engine.setDemands(0, framework, "a", List.of(Demand.of(6, shape(1_000))));
        assertThat(desk.run(0)).isEmpty();
        engine.setDemands(0, framework, "a", List.of(Demand.of(7, shape(1_000))));
        assertThat(desk.runForOne(0).resources()).isEqualTo(cpus(1_000));
    }

    @Test
    void shouldTakeOffWhatWasLaunched() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(3, shape(1_000)).withPerOffer(2)));

        List<Offer> offers = desk.run(0);
        assertThat(offers).extracting(Offer::resources).containsExactly(cpus(2_000), cpus(1_000));
        engine.accept(0, offers.get(0).id(), cpus(1_000), 0);
        Offer left = desk.runForOne(0);
        assertThat(left.resources()).as("for the one that was not launched").isEqualTo(cpus(1_000));
        desk.acceptAll(0, left);
        desk.acceptAll(0, offers.get(1));
        assertThat(desk.run(0)).isEmpty();

        engine.release(framework, "a", agent, cpus(3_000));
        assertThat(desk.run(0))
                .as("what has ended is waited for only if it is said again")
                .isEmpty();
        engine.clearDemands(framework, "a");
        assertThat(desk.runForOne(0).resources()).isEqualTo(cpus(4_000));
    }

    @Test
    void shouldOfferNothingToOneWhoWaitsForNothing() {
        engine.addAgent(AgentProfile.of(cpus(1_000)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of());

        assertThat(desk.run(0)).isEmpty();
    }

    @Test
    void shouldServeTheFirstDemandThatFits() {
        engine.addAgent(AgentProfile.of(cpus(3_000)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(
                0,
                framework,
                "a",
                List.of(Demand.of(1, shape(4_000)), Demand.of(1, shape(2_000)), Demand.of(5, shape(500))));

        assertThat(desk.run(0)).extracting(Offer::resources).containsExactly(cpus(2_000), cpus(1_000));
    }

    @Test
    void shouldCoverTheDemandThatAnOfferWasMadeForThoughAnotherFitsIt() {
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        Demand small = Demand.of(100, shape(1_000)).withPerOffer(1);
        engine.setDemands(0, framework, "a", List.of(small, Demand.of(1, shape(4_000))));
        desk.run(0).forEach(offer -> engine.decline(0, offer.id(), 60_000));
        assertThat(desk.runForOne(0).resources()).as("for the large one").isEqualTo(cpus(4_000));

        engine.addAgent(AgentProfile.of(cpus(4_000)));
        desk.run(0).forEach(offer -> engine.decline(0, offer.id(), 60_000));

        assertThat(desk.run(0)).as("the large one has its offer").isEmpty();
    }

    @Test
    void shouldGiveEachTaskItsPorts() {
        Resources ports = Resources.builder()
                .scalar("cpus", 8_000)
                .range("ports", 100, 102)
                .range("ports", 200, 209)
                .item("drives", "sda")
                .build();
        engine.addAgent(AgentProfile.of(ports));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(2, shape(1_000)).withPieces("ports", 2)));

        assertThat(desk.runForOne(0).resources())
                .isEqualTo(Resources.builder()
                        .scalar("cpus", 2_000)
                        .range("ports", 100, 102)
                        .range("ports", 200, 200)
                        .build());
    }

    @Test
    void shouldFillTheFullestAgentFirst() {
        engine.addAgent(AgentProfile.of(cpus(8_000)));
        int small = engine.addAgent(AgentProfile.of(cpus(2_000)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(2, shape(1_000))));

        assertThat(desk.runForOne(0).agent()).isEqualTo(small);
    }

    /** Adds a framework that uses so much of an agent, under role a, and wants no more for now. */
    private int addUser(int agent, long cpus) {
        int user = engine.addFramework(FrameworkProfile.of("user", "a"));
        engine.use(user, "a", agent, cpus(cpus), desk);
        engine.suppress(user, "a");
        return user;
    }

    /** Adds a framework that waits for this under role b. */
    private int addWaiting(Demand... demands) {
        int waiting = engine.addFramework(FrameworkProfile.of("waiting", "b"));
        engine.setDemands(0, waiting, "b", List.of(demands));
        return waiting;
    }

    @Test
    void shouldSetAsideAnAgentUntilTheLargeOneFits() {
        int[] agents = {engine.addAgent(AgentProfile.of(cpus(4_000))), engine.addAgent(AgentProfile.of(cpus(4_000)))};
        int small = engine.addFramework(FrameworkProfile.of("small", "a"));
        engine.use(small, "a", agents[0], cpus(3_000), desk);
        engine.use(small, "a", agents[1], cpus(2_000), desk);
        int large = engine.addFramework(FrameworkProfile.of("large", "b"));
        engine.setDemands(0, large, "b", List.of(Demand.of(1, shape(4_000))));
        engine.suppress(small, "a");
        assertThat(desk.run(0)).isEmpty();

        engine.revive(0, small, "a");
        assertThat(desk.runForOne(0).agent()).as("the fuller one").isEqualTo(agents[0]);
        assertThat(engine.explain(0, small, "a", agents[1]))
                .hasValueSatisfying(refusal -> assertThat(refusal)
                        .isEqualTo(new Refusal(
                                agents[1],
                                Refusal.Why.SET_ASIDE,
                                "free is cpus:2, kept for framework 1 'large' in role b for another 60000 ms")));

        engine.release(small, "a", agents[1], cpus(1_000));
        assertThat(desk.run(10)).as("3 of 4").isEmpty();
        engine.release(small, "a", agents[1], cpus(1_000));
        assertThat(desk.runForOne(20)).satisfies(offer -> {
            assertThat(offer.framework()).isEqualTo(large);
            assertThat(offer.resources()).isEqualTo(cpus(4_000));
        });
    }

    @Test
    void shouldSetNothingAsideForLongerThanItSays() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int small = addUser(agent, 2_000);
        addWaiting(Demand.of(1, shape(4_000)));
        desk.run(0);
        engine.revive(0, small, "a");
        assertThat(desk.run(59_999)).isEmpty();

        assertThat(engine.nextDeadlineMs()).isEqualTo(60_000);
        assertThat(desk.runForOne(60_000).framework()).isEqualTo(small);
    }

    @Test
    void shouldSetTheOnlyAgentAsideForASixteenthOfTheTime() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int small = engine.addFramework(FrameworkProfile.of("small", "a"));
        engine.use(small, "a", agent, cpus(4_000), desk);
        for (String name : List.of("one", "two")) {
            int large = engine.addFramework(FrameworkProfile.of(name, "b"));
            engine.setDemands(0, large, "b", List.of(Demand.of(1, shape(4_000))));
        }
        desk.run(0);
        int minutes = 0;
        for (int minute = 0; minute < 32; minute++) {
            for (long nowMs = 60_000L * minute; engine.nextDeadlineMs() <= nowMs; ) {
                desk.run(nowMs);
            }
            minutes += isSetAside(60_000L * minute, small, agent) ? 1 : 0;
        }

        assertThat(minutes).isEqualTo(2);
    }

    private boolean isSetAside(long nowMs, int framework, int agent) {
        engine.release(framework, "a", agent, cpus(1_000));
        boolean isSetAside = engine.explain(nowMs, framework, "a", agent)
                .filter(refusal -> refusal.why() == Refusal.Why.SET_ASIDE)
                .isPresent();
        engine.use(framework, "a", agent, cpus(1_000), desk);
        return isSetAside;
    }

    @Test
    void shouldLetOthersHaveWhatIsReservedToThemOnAnAgentThatIsSetAside() {
        int agent = engine.addAgent(AgentProfile.of(Desk.resources("cpus:4;cpus(a):2")));
        int small = addUser(agent, 2_000);
        addWaiting(Demand.of(1, shape(4_000)));
        desk.run(0);
        engine.revive(0, small, "a");

        assertThat(desk.runForOne(0).resources()).isEqualTo(Desk.resources("cpus(a):2"));
    }

    @Test
    void shouldLetARoleThatLacksItsGuaranteeHaveWhatIsSetAside() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        addUser(agent, 2_000);
        addWaiting(Demand.of(1, shape(4_000)));
        int guaranteed = engine.addFramework(FrameworkProfile.of("guaranteed", "c"));
        engine.suppress(guaranteed, "c");
        desk.run(0);
        engine.revive(0, guaranteed, "c");
        assertThat(desk.run(0)).isEmpty();

        desk.setQuota("c", Desk.guarantee("cpus:1"));
        assertThat(desk.runForOne(0)).satisfies(offer -> {
            assertThat(offer.framework()).isEqualTo(guaranteed);
            assertThat(offer.resources())
                    .as("what is beyond it may be had, too")
                    .isEqualTo(cpus(2_000));
        });
    }

    @Test
    void shouldKeepASetAsideForTheDemandItIsForFromOthersOfTheSame() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int other = addUser(agent, 4_000);
        addWaiting(Demand.of(1, shape(4_000)), Demand.of(9, shape(1_000)));
        desk.run(0);
        engine.release(other, "a", agent, cpus(3_000));
        assertThat(desk.run(1)).isEmpty();

        engine.release(other, "a", agent, cpus(1_000));
        assertThat(desk.runForOne(2).resources()).isEqualTo(cpus(4_000));
    }

    @Test
    void shouldEndASetAsideWhenItsDemandWaitsNoMore() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int other = addUser(agent, 2_000);
        int framework = addWaiting(Demand.of(1, shape(4_000)));
        desk.run(0);
        engine.revive(0, other, "a");
        assertThat(desk.run(0)).isEmpty();

        engine.setDemands(0, framework, "b", List.of(Demand.of(1, shape(5_000))));
        assertThat(desk.runForOne(0).framework()).isEqualTo(other);
    }

    @Test
    void shouldNotSetAsideMoreForWhoSaysTheSameAgainAndAgain() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int small = addUser(agent, 2_000);
        int large = engine.addFramework(FrameworkProfile.of("large", "b"));
        List<Demand> demands = List.of(Demand.of(1, shape(4_000)));
        for (int nowMs = 0; nowMs < 60_000; nowMs += 10_000) {
            engine.setDemands(nowMs, large, "b", demands);
            desk.run(nowMs);
        }
        engine.revive(60_000, small, "a");

        assertThat(desk.runForOne(60_000).framework()).isEqualTo(small);
        engine.withdraw(desk.made.get(0).id());
        engine.suppress(small, "a");
        engine.clearDemands(large, "b");
        engine.setDemands(62_000, large, "b", demands);
        desk.run(62_000);
        engine.revive(63_000, small, "a");
        assertThat(desk.runForOne(63_000).framework()).as("it rests").isEqualTo(small);
    }

    @Test
    void shouldOfferOtherPortsThanThoseThatWereRefusedWhenSomebodyElseTookThem() {
        engine.addAgent(AgentProfile.of(Desk.resources("cpus:4;ports:[0-3]")));
        List<Demand> demands = List.of(Demand.of(1, shape(1_000)).withPieces("ports", 2));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        int other = engine.addFramework(FrameworkProfile.of("other", "b"));
        engine.suppress(other, "b");
        engine.setDemands(0, framework, "a", demands);
        engine.decline(0, desk.runForOne(0).id(), 60_000);
        assertThat(desk.run(0)).isEmpty();

        engine.setDemands(0, other, "b", demands);
        engine.revive(0, other, "b");

        assertThat(desk.run(0))
                .extracting(Offer::resources)
                .containsExactly(Desk.resources("cpus:1;ports:[0-1]"), Desk.resources("cpus:1;ports:[2-3]"));
    }

    @Test
    void shouldOfferADiskThatCannotBePartedAsAWholeToWhoNeedsDisk() {
        Resources disk = Resources.of(Stocks.MOUNT_DISK, new Value.Amount(50_000));
        engine.addAgent(AgentProfile.of(cpus(4_000).plus(disk)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(1, Quantities.ofPlain(1_000, 8_000, 0, 0))));

        assertThat(desk.runForOne(0).resources()).isEqualTo(cpus(1_000).plus(disk));
    }

    @Test
    void shouldKeepADiskThatCannotBePartedFromWhoNeedsNone() {
        Resources disk = Resources.of(Stocks.MOUNT_DISK, new Value.Amount(50_000));
        engine.addAgent(AgentProfile.of(cpus(4_000).plus(disk)));
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0))));

        assertThat(desk.runForOne(0).resources()).isEqualTo(cpus(1_000));
    }

    @Test
    void shouldCountNeitherWhatIsRevocableNorVolumesForATask() {
        engine.addAgent(AgentProfile.of(Resources.of(Stocks.REVOCABLE_CPUS, new Value.Amount(4_000))
                .plus(Resources.ofPlain(1_000, 0, 0, 1_000))));
        Set<FrameworkProfile.Capability> can = EnumSet.of(FrameworkProfile.Capability.REVOCABLE_RESOURCES);
        int framework = engine.addFramework(
                new FrameworkProfile("f", can, new TreeMap<>(Map.of("a", SubscriptionProfile.DEFAULT))));
        engine.setDemands(0, framework, "a", List.of(Demand.of(1, shape(2_000))));
        assertThat(desk.run(0)).isEmpty();

        engine.setDemands(0, framework, "a", List.of(Demand.of(1, shape(1_000))));
        assertThat(desk.runForOne(0).resources().cpus()).isEqualTo(1_000);
    }

    @Test
    void shouldTakeNoTasksOffForWhatIsRevocable() {
        engine.addAgent(AgentProfile.of(
                Resources.of(Stocks.REVOCABLE_CPUS, new Value.Amount(4_000)).plus(cpus(1_000))));
        Set<FrameworkProfile.Capability> can = EnumSet.of(FrameworkProfile.Capability.REVOCABLE_RESOURCES);
        int framework = engine.addFramework(
                new FrameworkProfile("f", can, new TreeMap<>(Map.of("a", SubscriptionProfile.DEFAULT))));
        engine.setDemands(0, framework, "a", List.of(Demand.of(5, shape(1_000))));
        desk.acceptAll(0, desk.runForOne(0));

        engine.addAgent(AgentProfile.of(cpus(8_000)));
        assertThat(desk.runForOne(1).resources()).isEqualTo(cpus(4_000));
    }

    @Test
    void shouldRefuseDemandsThatMakeNoSense() {
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));

        assertThatThrownBy(() -> Demand.of(0, shape(1))).hasMessage("demand of 0 tasks: must be 1 to 1000000000");
        assertThatThrownBy(() -> Demand.of(1, Quantities.EMPTY))
                .hasMessage("demand of 1 tasks: a task needs nothing, must be something");
        assertThatThrownBy(() -> Demand.of(1, shape(1)).withPerOffer(0))
                .hasMessage("demand of 0 tasks an offer: must be 1 or more");
        assertThatThrownBy(() -> engine.setDemands(0, framework, "a", Collections.nCopies(17, Demand.of(1, shape(1)))))
                .hasMessage("framework 0 'f' in role a: 17 demands, must be 16 at most");
        assertThatThrownBy(() -> Demand.of(1, shape(1)).withPieces("ports", 0))
                .hasMessage("demand of 0 ports a task: must be 1 to 65536");
        assertThatThrownBy(() -> Demand.of(1, shape(1)).withPieces("mem", 2))
                .hasMessage("demand of 2 pieces of mem: is a scalar, which belongs to the shape");
        Quantities licence = Quantities.of(Map.of("licences", 1_000L));
        assertThatThrownBy(() -> Demand.of(1, licence).withPieces("licences", 2))
                .hasMessage("demand of 2 pieces of licences: is a scalar, which belongs to the shape");
        assertThatThrownBy(() -> engine.setDemands(0, framework, "b", List.of()))
                .hasMessage("framework 0 'f' is not subscribed to role b");
    }
}
