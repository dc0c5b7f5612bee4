package dev.polder.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.agent.Agent;
import dev.polder.agent.AgentCommand;
import dev.polder.agent.Decision;
import dev.polder.master.Command;
import dev.polder.master.Effect;
import dev.polder.master.Master;
import dev.polder.master.Turn;
import dev.polder.master.TurnPipeline;
import dev.polder.master.TwiceReleased;
import dev.polder.model.Moment;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs many seeds: {@code -Dseeds=N} says how many (200, with {@code -Dfast} 20), {@code -Dseed=S} which is the first. A
 * seed that fails here becomes a test of its own, of the class that was at fault.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("seeds", System.getProperty("fast") == null ? 200 : 20);
    private static final long FIRST = Long.getLong("seed", 1);
    /** Of so many seeds one is run twice. */
    private static final int SEEDS_A_REPETITION = 20;

    private static final int PLANTED_SEEDS_MAX = 20;

    @Test
    void shouldKeepEveryPromiseWhateverGoesWrong() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Report>> runs = LongStream.range(FIRST, FIRST + SEEDS)
                    .mapToObj(seed -> threads.submit(() -> run(seed)))
                    .toList();
            int started = 0;
            for (Future<Report> run : runs) {
                started += run.get().started();
            }
            assertThat(started).as("tasks that were started").isGreaterThan(10 * SEEDS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Report run(long seed) {
        Report report = Simulation.of(seed).run();
        if (seed % SEEDS_A_REPETITION == 0) {
            assertThat(Simulation.of(seed).run())
                    .as("the same seed is the same run")
                    .isEqualTo(report);
        }
        return report;
    }

    @Test
    void shouldFindEffectsThatAreReleasedBeforeTheirCommit() {
        Wiring hasty = new Wiring() {
            @Override
            public void submit(TurnPipeline pipeline, Turn turn, Consumer<Effect> release) {
                turn.effects().forEach(release);
                pipeline.submit(new Turn(turn.clusterTimeMs(), turn.facts(), List.of(), turn.needsEntry()));
            }
        };

        assertThatThrownBy(() -> runPlanted(hasty)).hasMessageContaining("before");
    }

    @Test
    void shouldFindResourcesThatAreReleasedTwice() {
        Wiring generous = new Wiring() {
            @Override
            public Turn decide(Master master, Moment now, List<Command> commands) {
                return TwiceReleased.decide(master, now, commands);
            }
        };

        assertThatThrownBy(() -> runPlanted(generous)).hasMessageContaining("use");
    }

    @Test
    void shouldFindALeaderThatDoesWhatItDecidedThoughItIsDeposed() {
        Wiring stubborn = new Wiring() {
            @Override
            public void lose(List<Effect> waiting) {
                waiting.forEach(Effect::perform);
            }
        };

        assertThatThrownBy(() -> runPlanted(stubborn)).isInstanceOf(SimulationFailedException.class);
    }

    @Test
    void shouldFindAnAgentThatObeysALeaderThatIsDeposed() {
        Wiring meek = new Wiring() {
            @Override
            public Decision decide(Agent agent, Moment now, AgentCommand command) {
                return agent.decide(now, command instanceof AgentCommand.FromMaster from ? unfenced(from) : command);
            }

            private AgentCommand unfenced(AgentCommand.FromMaster from) {
                return new AgentCommand.FromMaster(
                        from.connection(),
                        from.frame().toBuilder().setTerm(1_000_000).build());
            }
        };

        assertThatThrownBy(() -> runPlanted(meek)).hasMessageContaining("obeys an order of term");
    }

    private static void runPlanted(Wiring wiring) {
        for (long seed = 1; seed <= PLANTED_SEEDS_MAX; seed++) {
            Simulation.of(seed, wiring).run();
        }
    }

    @Test
    void shouldSayWhatWasGoingOnWhenARunFails() {
        Wiring broken = new Wiring() {
            @Override
            public Turn decide(Master master, Moment now, List<Command> commands) {
                throw new IllegalStateException("planted");
            }
        };

        assertThatThrownBy(() -> Simulation.of(7, broken).run())
                .isInstanceOf(SimulationFailedException.class)
                .hasMessageContaining("seed 7: planted")
                .hasMessageContaining(" leads term ")
                .cause()
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldBeAnotherRunForAnotherSeed() {
        assertThat(Simulation.of(1).run().traceHash())
                .isNotEqualTo(Simulation.of(2).run().traceHash());
    }
}
