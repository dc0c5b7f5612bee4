package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static dev.polder.offer.Desk.cpusAndMem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a role is guaranteed is not taken from it, neither tasks nor offers; what it has beyond that is. */
final class PreemptionGuaranteesTest {
    private final Desk desk = new Desk(OfferEngineConfig.builder()
            .preemptAfterMs(5_000)
            .preemptionMs(30_000)
            .build());
    private final OfferEngine engine = desk.engine;
    private final int low = engine.addFramework(FrameworkProfile.of("low", "batch"));
    private final int high = engine.addFramework(FrameworkProfile.of("high", "service"));

    PreemptionGuaranteesTest() {
        engine.setPriority("service", 10);
        engine.suppress(low, "batch");
    }

    private void start(long id, int agent, Resources resources, long startedMs) {
        engine.use(low, "batch", agent, resources, desk);
        engine.taskStarted(new RunningTask(id, "batch", agent, resources, OptionalInt.empty(), startedMs));
    }

    private void demand(Quantities shape) {
        engine.setDemands(0, high, "service", List.of(Demand.of(1, shape)));
    }

    /** Runs, and returns the victims of all preemptions until then. */
    private List<Long> victims(long... timesMs) {
        for (long nowMs : timesMs) {
            desk.run(nowMs);
        }
        return desk.preemptions.stream()
                .flatMap(preemption -> preemption.victims().stream())
                .toList();
    }

    @Test
    void shouldEndNoneForAnotherThatDoesAlone() {
        int agent = engine.addAgent(AgentProfile.of(cpus(7_000)));
        start(1, agent, cpus(3_000), 9);
        start(2, agent, cpus(4_000), 1);
        desk.setQuota("batch", Desk.guarantee("cpus:3"));
        demand(Quantities.ofPlain(4_000, 0, 0, 0));

        assertThat(victims(0, 5_000)).containsExactly(2L);
    }

    @Test
    void shouldNotEndTwoOfWhichTheGuaranteeCoversOne() {
        int agent = engine.addAgent(AgentProfile.of(cpus(6_000)));
        start(1, agent, cpus(3_000), 1);
        start(2, agent, cpus(3_000), 2);
        desk.setQuota("batch", Desk.guarantee("cpus:2"));
        demand(Quantities.ofPlain(6_000, 0, 0, 0));
        assertThat(victims(0, 5_000)).as("2 would be lacking").isEmpty();

        desk.setQuota("batch", Quota.NONE);
        assertThat(victims(6_000)).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void shouldTakeSeveralWithinWhatIsBeyondTheGuarantee() {
        int agent = engine.addAgent(AgentProfile.of(cpusAndMem(8_000, 8_000)));
        start(1, agent, cpusAndMem(1_000, 1_000), 4);
        start(2, agent, cpusAndMem(2_000, 1_000), 3);
        start(3, agent, cpusAndMem(2_000, 1_000), 2);
        start(4, agent, cpusAndMem(2_000, 1_000), 1);
        desk.setQuota("batch", Desk.guarantee("cpus:1;mem:1"));
        demand(Quantities.ofPlain(7_000, 0, 0, 7_000));

        assertThat(victims(0, 5_000)).containsExactlyInAnyOrder(2L, 3L, 4L);
    }

    @Test
    void shouldCountAsHadWhatIsInUseAloneAndNotWhatIsOffered() {
        int agent = engine.addAgent(AgentProfile.of(cpusAndMem(4_000, 4_000)));
        int second = engine.addAgent(AgentProfile.of(cpus(4_000)));
        start(1, agent, cpusAndMem(4_000, 4_000), 1);
        engine.suppress(high, "service");
        engine.revive(0, low, "batch");
        Offer offer = desk.runForOne(0);
        assertThat(offer.agent()).isEqualTo(second);
        desk.setQuota("batch", Desk.guarantee("cpus:4"));
        engine.revive(0, high, "service");
        demand(Quantities.ofPlain(4_000, 0, 0, 4_000));
        assertThat(victims(0, 5_000)).isEmpty();

        desk.acceptAll(6_000, offer);
        assertThat(victims(6_000)).containsExactly(1L);
    }

    @Test
    void shouldRescindNoOfferThatAGuaranteeNeeds() {
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        desk.setQuota("batch", Desk.guarantee("cpus:4"));
        engine.revive(0, low, "batch");
        Offer offer = desk.runForOne(0);
        demand(Quantities.ofPlain(4_000, 0, 0, 0));
        desk.run(0);
        desk.run(5_000);
        desk.run(35_000);

        assertThat(desk.rescinded).isEmpty();
        assertThat(engine.openOffers(low)).containsExactly(offer);
    }

    @Test
    void shouldEndAsBeforeWhereTheVictimsRoleIsNoMore() {
        int agent = engine.addAgent(AgentProfile.of(cpus(8_000)));
        engine.use(low, "batch", agent, cpus(4_000), desk);
        int gone = engine.addFramework(FrameworkProfile.of("gone", "nobody"));
        engine.use(gone, "nobody", agent, cpus(4_000), desk);
        engine.taskStarted(new RunningTask(1, "nobody", agent, cpus(4_000), OptionalInt.empty(), 0));
        desk.setQuota("batch", Desk.guarantee("cpus:1"));
        engine.release(gone, "nobody", agent, cpus(4_000));
        engine.removeFramework(gone, desk);
        engine.use(low, "batch", agent, cpus(4_000), desk);
        demand(Quantities.ofPlain(4_000, 0, 0, 0));

        assertThat(victims(0, 5_000)).containsExactly(1L);
    }
}
