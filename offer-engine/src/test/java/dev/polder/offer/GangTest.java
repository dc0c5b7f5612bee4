package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    @Test
    void shouldOfferAllAtOnceAndNoMoreThanIsNeeded() {
        for (int i = 0; i < 3; i++) {
            engine.addAgent(AgentProfile.of(cpus(8_000)));
        }
        engine.suppress(framework, "a");
        engine.revive(0, framework, "a");
        engine.setDemands(0, framework, "a", List.of());
        long gang = engine.askForGang(0, framework, "a", new Gang(3, FOUR_CPUS, 1_000));

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
        engine.setDemands(0, framework, "a", List.of());
        long gang = engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 1_000));

        assertThat(desk.run(0)).isEmpty();
        engine.revive(0, other, "b");
        assertThat(desk.run(999)).as("both agents are set aside").isEmpty();
        assertThat(engine.explain(999, other, "b", 0))
                .map(Refusal::detail)
                .contains("free is cpus:4, kept for a gang of framework f in role a for another 59001 ms");

        assertThat(desk.runForOne(1_000).framework()).isEqualTo(other);
        assertThat(desk.failed).containsExactly(gang);
        assertThat(engine.callOffGang(gang)).isFalse();
    }

    @Test
    void shouldSetAsideTheAgentsThatLackLeast() {
        int other = addOther();
        addAgents(other, 1_000, 3_500, 3_000);
        engine.setDemands(0, framework, "a", List.of());
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 10_000));
        desk.run(0);

        engine.revive(0, other, "b");

        assertThat(desk.runForOne(0).agent()).isEqualTo(1);
    }

    @Test
    void shouldKeepOthersFromWhatIsSetAsideUntilItIsEnough() {
        int other = addOther();
        addAgents(other, 1_000, 2_000);
        engine.setDemands(0, framework, "a", List.of());
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 10_000));
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
        engine.setDemands(0, framework, "a", List.of());
        engine.askForGang(0, framework, "a", new Gang(3, FOUR_CPUS, 1_000));
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
        engine.setDemands(0, framework, "a", List.of());
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 1_000));
        List<Offer> offers = desk.run(0);

        engine.removeAgent(offers.get(0).agent(), desk);
        desk.run(0);

        assertThat(desk.rescinded).containsExactly("0 AGENT_GONE", "1 GANG_BROKEN");
    }

    @Test
    void shouldNotExceedALimitWithAGang() {
        addAgents(addOther(), 0, 0, 0);
        engine.setQuotas(Map.of("a", Quota.limit(Limits.of(Map.of("cpus", 8_000L)))), false, desk);
        engine.setDemands(0, framework, "a", List.of());
        long three = engine.askForGang(0, framework, "a", new Gang(3, FOUR_CPUS, 1_000));
        assertThat(desk.run(0)).isEmpty();

        assertThat(engine.callOffGang(three)).isTrue();
        engine.askForGang(0, framework, "a", new Gang(2, FOUR_CPUS, 1_000));
        assertThat(desk.run(0)).hasSize(2);
    }

    @Test
    void shouldForgetTheGangsOfAFrameworkThatIsGone() {
        addAgents(addOther(), 4_000);
        engine.setDemands(0, framework, "a", List.of());
        engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000));
        desk.run(0);

        engine.setFrameworkActive(framework, false, desk);

        assertThat(desk.run(2_000)).isEmpty();
        assertThat(desk.failed).isEmpty();
        assertThatThrownBy(() -> engine.askForGang(2_000, framework, "a", new Gang(1, FOUR_CPUS, 1_000)))
                .hasMessage("framework 0 is not active");
    }

    @Test
    void shouldBoundHowManyGangsWait() {
        for (int i = 0; i < Gangs.PER_SUBSCRIPTION_MAX; i++) {
            engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000));
        }

        assertThatThrownBy(() -> engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000)))
                .hasMessage("framework 0 waits for 8 gangs under role a already");
        assertThatThrownBy(() -> new Gang(0, FOUR_CPUS, 1)).hasMessage("gang of 0 agents: must be 1 or more");
        assertThatThrownBy(() -> new Gang(1, FOUR_CPUS, 0)).hasMessage("gang within 0 ms: must be 1 or more");
    }

    @Test
    void shouldWaitForItsTurn() {
        addAgents(addOther(), 0, 0);
        engine.use(framework, "a", 0, cpus(4_000), desk);
        int poor = engine.addFramework(FrameworkProfile.of("poor", "c"));
        engine.setDemands(0, framework, "a", List.of());
        engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000));

        Offer first = desk.runForOne(0);
        assertThat(first.framework()).as("the one that has less comes first").isEqualTo(poor);
        engine.decline(0, first.id(), 5_000);
        assertThat(desk.runForOne(0).gang()).isZero();
    }

    @Test
    void shouldLeaveSingleOffersToOthersWhoseTurnItIs() {
        addAgents(addOther(), 0, 0);
        Optional<Refusal> before = engine.explain(0, framework, "a", 0);
        assertThat(before).map(Refusal::why).contains(Refusal.Why.NEXT_RUN);

        engine.askForGang(0, framework, "a", new Gang(1, FOUR_CPUS, 1_000));

        assertThat(desk.run(0)).extracting(Offer::gang).containsExactlyInAnyOrder(0L, OfferView.NO_GANG);
    }
}
