package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static dev.polder.offer.Desk.cpusAndMem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class PreemptionTest {
    private static final OfferEngineConfig CONFIG = OfferEngineConfig.builder()
            .preemptAfterMs(5_000)
            .preemptionMs(30_000)
            .build();

    private final Desk desk = new Desk(CONFIG);
    private final OfferEngine engine = desk.engine;
    private final int low = engine.addFramework(FrameworkProfile.of("low", "batch"));
    private final int high = engine.addFramework(FrameworkProfile.of("high", "service/web"));

    PreemptionTest() {
        engine.setPriority("service", 10);
        engine.setPriority("batch", 10);
        engine.suppress(low, "batch");
    }

    private int addAgent(long cpus) {
        return engine.addAgent(AgentProfile.of(cpus(cpus)));
    }

    private void start(Desk on, long id, int agent, Resources resources, OptionalInt priority, long startedMs) {
        on.engine.use(low, "batch", agent, resources, on);
        on.engine.taskStarted(new RunningTask(id, "batch", agent, resources, priority, startedMs));
    }

    private void start(long id, int agent, long cpus, int priority, long startedMs) {
        start(desk, id, agent, cpus(cpus), OptionalInt.of(priority), startedMs);
    }

    private void end(long id, int agent, long cpus) {
        engine.release(low, "batch", agent, cpus(cpus));
        engine.taskEnded(id);
    }

    private void demand(long nowMs, Demand demand) {
        engine.setDemands(nowMs, high, "service/web", List.of(demand));
    }

    private static Demand task(long cpus) {
        return Demand.of(1, Quantities.ofPlain(cpus, 0, 0, 0));
    }

    /** Waits until demands may preempt, and returns the victims of the one that does. */
    private List<Long> victims() {
        assertThat(desk.run(0)).isEmpty();
        assertThat(desk.run(4_999)).isEmpty();
        assertThat(desk.preemptions).isEmpty();
        assertThat(engine.nextDeadlineMs()).isEqualTo(5_000);
        desk.run(5_000);
        assertThat(desk.preemptions).hasSize(1);
        return desk.preemptions.get(0).victims();
    }

    @Test
    void shouldMakeRoomByAsFewVictimsAsPossible() {
        start(1, addAgent(4_000), 2_000, 0, 1);
        start(2, 0, 2_000, 0, 2);
        start(3, addAgent(4_000), 4_000, 5, 0);
        demand(0, task(4_000));

        assertThat(victims()).as("one, though of a higher priority").containsExactly(3L);
        assertThat(desk.preemptions).containsExactly(new Preemption(high, "service/web", 1, List.of(3L)));
    }

    @Test
    void shouldTakeTheLowestOfThoseThatAreEnough() {
        start(1, addAgent(4_000), 2_000, 3, 9);
        start(2, 0, 2_000, 1, 0);
        start(3, addAgent(2_000), 2_000, 2, 9);
        demand(0, task(2_000));

        assertThat(victims()).containsExactly(2L);
    }

    @Test
    void shouldTakeTheYoungestOfTheLowest() {
        start(1, addAgent(4_000), 2_000, 0, 100);
        start(2, 0, 2_000, 0, 300);
        start(3, addAgent(2_000), 2_000, 0, 200);
        demand(0, task(2_000));

        assertThat(victims()).containsExactly(2L);
    }

    @Test
    void shouldTakeSeveralThatAreEnoughTogetherAndNoneThatIsNotNeeded() {
        int agent = engine.addAgent(AgentProfile.of(cpusAndMem(6_000, 6_000)));
        start(desk, 1, agent, cpusAndMem(3_000, 1_000), OptionalInt.of(0), 0);
        start(desk, 2, agent, cpusAndMem(1_000, 1_000), OptionalInt.of(0), 0);
        start(desk, 3, agent, cpusAndMem(1_000, 3_000), OptionalInt.of(0), 0);
        start(desk, 4, agent, cpusAndMem(1_000, 1_000), OptionalInt.of(0), 0);
        demand(0, Demand.of(1, Quantities.ofPlain(5_000, 0, 0, 5_000)));

        assertThat(victims()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldOfferWhatTheVictimsLeaveToWhomTheyWereFor() {
        start(1, addAgent(4_000), 3_000, 0, 1);
        demand(0, task(4_000));
        victims();
        engine.clearDemands(high, "service/web");
        demand(5_000, task(4_000));
        desk.run(5_001);
        assertThat(desk.preemptions)
                .as("what ends already is not asked to end again")
                .hasSize(1);

        end(1, 0, 3_000);

        assertThat(desk.runForOne(5_002)).satisfies(offer -> {
            assertThat(offer.framework()).isEqualTo(high);
            assertThat(offer.resources()).isEqualTo(cpus(4_000));
        });
    }

    @Test
    void shouldAskNoOthersThanThoseThatEndSlowly() {
        start(1, addAgent(4_000), 3_000, 0, 2);
        start(2, 0, 1_000, 0, 1);
        demand(0, task(3_000));
        assertThat(victims()).containsExactly(1L);

        desk.run(35_000);
        desk.run(40_000);
        assertThat(desk.preemptions)
                .hasSize(2)
                .allMatch(preemption -> preemption.victims().equals(List.of(1L)));

        end(1, 0, 3_000);
        assertThat(desk.runForOne(40_001).framework()).isEqualTo(high);
    }

    @Test
    void shouldEndAsManyAsAnAgentThatHasShrunkNeeds() {
        start(1, addAgent(8_000), 4_000, 0, 2);
        start(2, 0, 4_000, 0, 1);
        engine.updateAgent(0, AgentProfile.of(cpus(4_000)), desk);
        demand(0, task(4_000));

        assertThat(victims()).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void shouldKeepOthersFromWhatTheVictimsLeave() {
        start(1, addAgent(4_000), 2_000, 0, 1);
        start(2, 0, 1_000, 0, 2);
        demand(0, task(4_000));
        assertThat(victims()).containsExactlyInAnyOrder(1L, 2L);

        engine.revive(5_000, low, "batch");
        end(1, 0, 2_000);
        assertThat(desk.run(5_001)).isEmpty();
        assertThat(desk.run(34_999)).isEmpty();
        assertThat(desk.runForOne(35_000).framework()).as("its time is over").isEqualTo(low);
    }

    @Test
    void shouldLeaveOthersAtOnceWhatWasSetAsideForWhomRoomIsMadeElsewhere() {
        engine.use(low, "batch", addAgent(4_000), cpus(1_000), desk);
        start(1, addAgent(4_000), 4_000, 0, 1);
        demand(0, task(4_000));
        desk.run(0);
        engine.revive(0, low, "batch");
        assertThat(desk.run(0)).as("agent 0 is set aside").isEmpty();

        assertThat(desk.runForOne(5_000).agent()).isZero();
        assertThat(desk.preemptions).extracting(Preemption::agent).containsExactly(1);
        assertThat(engine.nextDeadlineMs()).isGreaterThan(5_000);
    }

    @Test
    void shouldEndNothingOfAPriorityThatIsNotLower() {
        start(1, addAgent(4_000), 4_000, 10, 1);
        demand(0, task(4_000));
        desk.run(0);
        desk.run(5_000);
        assertThat(desk.preemptions).isEmpty();

        demand(5_000, task(4_000).withPriority(11));
        desk.run(5_000);
        desk.run(10_000);
        assertThat(desk.preemptions).as("no more than its role's").isEmpty();

        engine.setPriority("service", 11);
        desk.run(11_000);
        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldHaveThePriorityOfTheRoleAboveUnlessARoleHasOneOfItsOwn() {
        start(1, addAgent(4_000), 4_000, 5, 1);
        engine.setPriority("service/web", 0);
        demand(0, task(4_000));
        desk.run(0);
        desk.run(5_000);
        assertThat(desk.preemptions).isEmpty();

        engine.clearPriority("service/web");
        desk.run(6_000);
        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldMakeRoomForAnotherDemandWhereTheMostUrgentOneFitsNowhere() {
        start(1, addAgent(4_000), 4_000, 0, 1);
        engine.setDemands(
                0, high, "service/web", List.of(task(9_000), task(3_000).withPriority(5)));

        assertThat(victims()).containsExactly(1L);
        end(1, 0, 4_000);
        assertThat(desk.runForOne(5_001).resources()).isEqualTo(cpus(3_000));
    }

    @Test
    void shouldServeTheDemandForWhichRoomWasMadeBeforeSmallerOnesOfTheSame() {
        start(1, addAgent(4_000), 2_000, 0, 1);
        start(2, 0, 2_000, 0, 2);
        Demand large = task(4_000);
        Demand small = Demand.of(9, Quantities.ofPlain(2_000, 0, 0, 0)).withPriority(0);
        engine.setDemands(0, high, "service/web", List.of(small, large));
        assertThat(victims()).containsExactlyInAnyOrder(1L, 2L);

        end(1, 0, 2_000);
        assertThat(desk.run(5_001)).as("half of it").isEmpty();
        end(2, 0, 2_000);
        assertThat(desk.runForOne(5_002).resources()).isEqualTo(cpus(4_000));
    }

    @Test
    void shouldCountTheTimeForEachDemandThoughOthersAreServed() {
        start(1, addAgent(4_000), 4_000, 0, 1);
        engine.setDemands(0, high, "service/web", List.of(task(4_000), Demand.of(9, Quantities.ofPlain(500, 0, 0, 0))));
        for (int nowMs = 0; nowMs < 5_000; nowMs += 1_000) {
            desk.run(nowMs);
            engine.addAgent(AgentProfile.of(cpus(500)));
        }
        desk.run(5_000);

        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldEndNothingUnlessConfigured() {
        Desk off = new Desk();
        off.engine.addFramework(FrameworkProfile.of("low", "batch"));
        off.engine.addFramework(FrameworkProfile.of("high", "service"));
        off.engine.setPriority("service", 10);
        off.engine.addAgent(AgentProfile.of(cpus(4_000)));
        start(off, 1, 0, cpus(4_000), OptionalInt.empty(), 0);
        off.engine.setDemands(0, 1, "service", List.of(task(4_000)));

        off.run(0);
        off.run(1_000_000);

        assertThat(off.preemptions).isEmpty();
    }

    @Test
    void shouldCountTheTimeFromWhenItBeganToWaitNotFromWhenItSaidSoLast() {
        start(1, addAgent(4_000), 4_000, 0, 1);
        for (int nowMs = 0; nowMs < 5_000; nowMs += 1_000) {
            demand(nowMs, task(4_000));
            desk.run(nowMs);
        }
        desk.run(5_000);

        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldEndNothingWhereItWouldNotHelp() {
        start(1, addAgent(4_000), 4_000, 0, 1);
        demand(0, task(5_000));
        desk.run(0);
        desk.run(5_000);

        assertThat(desk.preemptions).isEmpty();
    }

    @Test
    void shouldEndNothingOfARoleThatHasNoMoreThanItsGuarantee() {
        desk.setQuota("batch", Quota.NONE);
        start(1, addAgent(4_000), 4_000, 0, 1);
        desk.setQuota("batch", Desk.guarantee("cpus:4"));
        demand(0, task(4_000));
        desk.run(0);
        desk.run(5_000);
        assertThat(desk.preemptions).isEmpty();

        desk.setQuota("batch", Desk.guarantee("cpus:0"));
        desk.run(6_000);
        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldLookForOthersWhenVictimsDoNotEnd() {
        start(1, addAgent(4_000), 4_000, 0, 2);
        start(2, addAgent(4_000), 4_000, 0, 1);
        demand(0, task(4_000));
        assertThat(victims()).containsExactly(1L);

        desk.run(34_999);
        assertThat(desk.preemptions).hasSize(1);
        assertThat(engine.nextDeadlineMs()).isEqualTo(35_000);
        desk.run(35_000);
        assertThat(desk.preemptions.get(1).victims()).containsExactly(2L);
    }

    @Test
    void shouldNotCountTheTimeForWhichNothingCouldBeOffered() {
        start(1, addAgent(4_000), 4_000, 0, 1);
        demand(0, task(4_000));
        engine.suppress(high, "service/web");
        desk.run(600_000);
        engine.revive(600_000, high, "service/web");
        desk.run(600_000);
        engine.pause();
        desk.run(700_000);
        engine.resume();
        desk.run(700_000);
        desk.run(704_999);
        assertThat(desk.preemptions).isEmpty();

        desk.run(705_000);
        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldGoOnWaitingThoughResumedWithoutAPause() {
        start(1, addAgent(4_000), 4_000, 0, 1);
        demand(0, task(4_000));
        desk.run(0);
        engine.resume();
        desk.run(4_000);
        engine.resume();
        desk.run(5_000);

        assertThat(desk.preemptions).hasSize(1);
    }

    @Test
    void shouldTakeWhatIsOnlyOfferedBeforeATaskHasToEnd() {
        engine.setPriority("batch", 0);
        start(1, addAgent(4_000), 4_000, 0, 1);
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        engine.suppress(high, "service/web");
        engine.revive(0, low, "batch");
        Offer lower = desk.runForOne(0);
        assertThat(lower.framework()).isEqualTo(low);
        engine.suppress(low, "batch");
        engine.revive(0, high, "service/web");
        demand(0, task(4_000));
        desk.run(0);

        assertThat(desk.runForOne(5_000)).satisfies(offer -> {
            assertThat(offer.framework()).isEqualTo(high);
            assertThat(offer.agent()).isEqualTo(lower.agent());
        });
        assertThat(desk.rescinded).containsExactly(lower.id() + " PREEMPTED");
        assertThat(desk.preemptions).isEmpty();
    }

    @Test
    void shouldServeTheUrgentOneOfTwoDemandsOfOneShape() {
        start(1, addAgent(4_000), 4_000, 5, 1);
        engine.setDemands(0, high, "service/web", List.of(task(4_000).withPriority(0), task(4_000)));
        assertThat(victims()).containsExactly(1L);
        end(1, 0, 4_000);
        desk.runForOne(5_001);
        engine.addAgent(AgentProfile.of(cpus(4_000)));

        desk.runForOne(5_002);
        assertThat(desk.run(5_003)).as("each has its offer").isEmpty();
    }

    @Test
    void shouldRefuseTasksThatMakeNoSense() {
        start(1, addAgent(4_000), 1_000, 0, 1);

        assertThatThrownBy(() -> start(1, addAgent(4_000), 1_000, 0, 1)).hasMessage("task 1 runs already, on agent 0");
        assertThatThrownBy(() -> engine.taskStarted(new RunningTask(2, "batch", 7, cpus(1), OptionalInt.empty(), 0)))
                .hasMessage("there is no agent 7");
        assertThatThrownBy(() -> engine.setPriority("a//b", 1)).hasMessage("role 'a//b': empty component at index 2");
        engine.taskEnded(99);
        engine.removeAgent(0, desk);
        engine.taskEnded(1);
    }
}
