package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static dev.polder.offer.Desk.cpusAndMem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a demand of a higher priority takes before tasks have to end: offers, and agents that are set aside. */
final class PreemptionOffersTest {
    private final Desk desk = new Desk(OfferEngineConfig.builder()
            .preemptAfterMs(5_000)
            .preemptionMs(30_000)
            .build());
    private final OfferEngine engine = desk.engine;
    private final int low = engine.addFramework(FrameworkProfile.of("low", "batch"));
    private final int high = engine.addFramework(FrameworkProfile.of("high", "service"));

    PreemptionOffersTest() {
        engine.setPriority("service", 10);
        engine.suppress(low, "batch");
    }

    private void start(long id, int agent, Resources resources) {
        engine.use(low, "batch", agent, resources, desk);
        engine.taskStarted(new RunningTask(id, "batch", agent, resources, OptionalInt.empty(), 0));
    }

    private void demand(long nowMs, Quantities shape) {
        engine.setDemands(nowMs, high, "service", List.of(Demand.of(1, shape)));
    }

    /** Makes as many offers of one agent, to as many frameworks of a role. */
    private List<Offer> offerParts(int agent, int count, Quantities each) {
        engine.suppress(high, "service");
        for (int i = 0; i < count; i++) {
            int framework = engine.addFramework(FrameworkProfile.of("part " + i, "batch"));
            engine.setDemands(0, framework, "batch", List.of(Demand.of(1, each)));
        }
        List<Offer> offers = desk.run(0);
        assertThat(offers).hasSize(count).allMatch(offer -> offer.agent() == agent);
        engine.revive(0, high, "service");
        return offers;
    }

    @Test
    void shouldRescindNoMoreThanIsNeeded() {
        int agent = engine.addAgent(AgentProfile.of(cpus(20_000)));
        List<Offer> offers = offerParts(agent, 20, Quantities.ofPlain(1_000, 0, 0, 0));
        demand(0, Quantities.ofPlain(1_000, 0, 0, 0));
        desk.run(0);

        assertThat(desk.runForOne(5_000).framework()).isEqualTo(high);
        assertThat(desk.rescinded).containsExactly(offers.get(19).id() + " PREEMPTED");
    }

    /** What is used of a reservation that is gone is not taken from what is offered without one. */
    @Test
    void shouldRescindNoMoreThanIsNeededWhereAReservationThatIsUsedIsGone() {
        engine.setPriority("batch/urgent", 10);
        int urgent = engine.addFramework(FrameworkProfile.of("urgent", "batch/urgent"));
        engine.suppress(urgent, "batch/urgent");
        int agent = desk.addAgent("cpus:4;cpus(batch):1");
        desk.use(low, "batch", agent, "cpus(batch):1");
        engine.updateAgent(agent, AgentProfile.of(cpus(4_000)), desk);
        List<Offer> offers = offerParts(agent, 4, Quantities.ofPlain(1_000, 0, 0, 0));
        engine.suppress(high, "service");

        engine.revive(0, urgent, "batch/urgent");
        engine.setDemands(0, urgent, "batch/urgent", List.of(Demand.of(1, Quantities.ofPlain(1_000, 0, 0, 0))));
        desk.run(0);

        assertThat(desk.runForOne(5_000).framework()).isEqualTo(urgent);
        assertThat(desk.rescinded).containsExactly(offers.get(3).id() + " PREEMPTED");
    }

    @Test
    void shouldRescindWhereFewestOffersAreEnough() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        List<Offer> two = offerParts(agent, 2, Quantities.ofPlain(2_000, 0, 0, 0));
        engine.suppress(high, "service");
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        engine.revive(0, low, "batch");
        Offer one = desk.runForOne(0);
        engine.suppress(low, "batch");
        engine.revive(1_000, high, "service");
        demand(1_000, Quantities.ofPlain(4_000, 0, 0, 0));
        desk.run(1_000);
        desk.run(6_000);

        assertThat(desk.rescinded).containsExactly(one.id() + " PREEMPTED");
        assertThat(two).allMatch(offer -> engine.offer(offer.id()) != null);
    }

    @Test
    void shouldRescindNoOfferWhereWhatEndsAlreadyIsEnough() {
        int agent = engine.addAgent(AgentProfile.of(cpusAndMem(6_000, 1_000)));
        start(1, agent, cpusAndMem(4_000, 1_000));
        demand(0, Quantities.ofPlain(4_000, 0, 0, 1_000));
        desk.run(0);
        desk.run(5_000);
        assertThat(desk.preemptions).hasSize(1);
        engine.setDemands(5_000, high, "service", List.of());
        engine.revive(5_000, low, "batch");
        assertThat(desk.runForOne(5_000).resources()).isEqualTo(cpus(2_000));

        demand(5_000, Quantities.ofPlain(3_000, 0, 0, 0));
        desk.run(5_000);
        desk.run(10_000);

        assertThat(desk.rescinded).isEmpty();
        engine.release(low, "batch", agent, cpusAndMem(4_000, 1_000));
        engine.taskEnded(1);
        assertThat(desk.run(10_001)).extracting(Offer::framework).containsExactly(high, low);
    }

    @Test
    void shouldNotBeKeptOutBySetAsidesOfALowerPriority() {
        start(1, engine.addAgent(AgentProfile.of(cpus(4_000))), cpus(4_000));
        for (int i = 1; i < 16; i++) {
            start(1 + i, engine.addAgent(AgentProfile.of(cpus(1_000))), cpus(1_000));
        }
        Quantities large = Quantities.ofPlain(4_000, 0, 0, 0);
        for (String name : List.of("one", "two", "three")) {
            int other = engine.addFramework(FrameworkProfile.of(name, "batch"));
            engine.setDemands(0, other, "batch", List.of(Demand.of(1, large)));
        }
        desk.run(0);
        demand(0, large);
        for (long nowMs = 0; nowMs <= 6_000; nowMs += 1_000) {
            desk.run(nowMs);
        }

        assertThat(desk.preemptions).extracting(Preemption::victims).containsExactly(List.of(1L));
        engine.release(low, "batch", 0, cpus(4_000));
        engine.taskEnded(1);
        assertThat(desk.runForOne(6_001).framework()).isEqualTo(high);
    }

    @Test
    void shouldTakeWhatIsFreeAndKeptForALowerPriority() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        engine.use(low, "batch", agent, cpus(2_000), desk);
        engine.setDemands(0, high, "service", List.of());
        int other = engine.addFramework(FrameworkProfile.of("other", "batch"));
        engine.setDemands(0, other, "batch", List.of(Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0))));
        desk.run(0);
        demand(0, Quantities.ofPlain(2_000, 0, 0, 0));
        assertThat(desk.run(0)).isEmpty();

        assertThat(desk.runForOne(5_000).framework()).isEqualTo(high);
    }

    @Test
    void shouldNotBeKeptOutByGangsOfALowerPriority() {
        for (int i = 0; i < 4; i++) {
            start(i, engine.addAgent(AgentProfile.of(cpus(4_000))), cpus(4_000));
        }
        int other = engine.addFramework(FrameworkProfile.of("other", "batch"));
        engine.setDemands(0, other, "batch", List.of());
        Demand each = Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0));
        engine.askForGang(0, other, "batch", new Gang(4, each, Gang.WITHIN_MS_MAX));
        desk.run(0);
        demand(0, each.shape());
        desk.run(0);
        desk.run(5_000);

        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldLeaveWhatIsKeptForAPriorityThatIsNotLower() {
        engine.setPriority("batch", 10);
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        engine.use(low, "batch", agent, cpus(4_000), desk);
        engine.taskStarted(new RunningTask(1, "batch", agent, cpus(2_000), OptionalInt.of(0), 0));
        int other = engine.addFramework(FrameworkProfile.of("other", "batch"));
        engine.setDemands(0, other, "batch", List.of(Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0))));
        desk.run(0);
        demand(0, Quantities.ofPlain(2_000, 0, 0, 0));
        List<Integer> asked = new ArrayList<>();
        for (long nowMs = 0; nowMs < 60_000; nowMs += 1_000) {
            desk.run(nowMs);
            asked.add(desk.preemptions.size());
        }

        assertThat(asked).containsOnly(0);
    }
}
