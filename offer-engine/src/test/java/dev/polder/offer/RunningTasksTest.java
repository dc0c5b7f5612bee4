package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What the engine is told of tasks, and how often it asks them to end. */
final class RunningTasksTest {
    private final Desk desk = new Desk(OfferEngineConfig.builder()
            .preemptAfterMs(5_000)
            .preemptionMs(30_000)
            .setAsideMs(0)
            .build());
    private final OfferEngine engine = desk.engine;
    private final int low = engine.addFramework(FrameworkProfile.of("low", "batch"));
    private final int high = engine.addFramework(FrameworkProfile.of("high", "service"));
    private final int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));

    RunningTasksTest() {
        engine.setPriority("service", 10);
        engine.suppress(low, "batch");
    }

    private static RunningTask task(long id, String role, int agent, Resources resources) {
        return new RunningTask(id, role, agent, resources, OptionalInt.empty(), id);
    }

    private void demand(long cpus) {
        engine.setDemands(0, high, "service", List.of(Demand.of(1, Quantities.ofPlain(cpus, 0, 0, 0))));
    }

    @Test
    void shouldRefuseTasksThatUseMoreThanTheirRoleDoesThere() {
        engine.use(low, "batch", agent, cpus(2_000), desk);
        engine.use(high, "service", agent, cpus(2_000), desk);
        engine.taskStarted(task(1, "batch", agent, cpus(2_000)));

        assertThatThrownBy(() -> engine.taskStarted(task(2, "batch", agent, cpus(2_000))))
                .hasMessage(
                        "task 2 cannot use cpus:2 on agent 0 under role batch: its tasks use cpus:2 of cpus:2 there");
        assertThatThrownBy(() -> engine.taskStarted(task(2, "nobody", agent, cpus(2_000))))
                .hasMessage("task 2 cannot use cpus:2 on agent 0 under role nobody: its tasks use {} of {} there");
        engine.taskEnded(1);
        engine.taskStarted(task(2, "batch", agent, cpus(2_000)));
    }

    @Test
    void shouldRefuseTasksThatUseNothing() {
        assertThatThrownBy(() -> task(1, "batch", agent, Resources.EMPTY))
                .hasMessage("task 1 uses nothing, must use something");
    }

    @Test
    void shouldAskAgainWhenATaskHasNotEndedInTime() {
        engine.use(low, "batch", agent, cpus(4_000), desk);
        engine.taskStarted(task(1, "batch", agent, cpus(4_000)));
        demand(4_000);
        desk.run(0);
        desk.run(5_000);
        desk.run(34_999);
        assertThat(desk.preemptions).hasSize(1);

        desk.run(35_000);
        assertThat(desk.preemptions).extracting(Preemption::victims).containsExactly(List.of(1L), List.of(1L));
    }

    @Test
    void shouldAskOthersBeforeItAsksAgain() {
        engine.use(low, "batch", agent, cpus(4_000), desk);
        engine.taskStarted(task(9, "batch", agent, cpus(4_000)));
        int second = engine.addAgent(AgentProfile.of(cpus(4_000)));
        engine.use(low, "batch", second, cpus(4_000), desk);
        engine.taskStarted(task(1, "batch", second, cpus(2_000)));
        engine.taskStarted(task(2, "batch", second, cpus(2_000)));
        demand(4_000);
        desk.run(0);
        for (long nowMs : List.of(5_000L, 35_000L, 65_000L)) {
            desk.run(nowMs);
        }

        assertThat(desk.preemptions)
                .extracting(preemption -> preemption.victims().stream().sorted().toList())
                .as("two that were not asked before one that was")
                .containsExactly(List.of(9L), List.of(1L, 2L), List.of(9L));
    }
}
