package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Histories of an agent with crashes between any two steps, and within one. */
class AgentHistoriesProperties {
    @Property(tries = 1_000)
    void everyTaskRunsAtMostOnceAndEndsOnce(
            @ForAll long seed, @ForAll @Size(max = 120) List<@IntRange(max = 15) Integer> steps) {
        AgentWorld world = new AgentWorld(seed, AgentWorld.Flaw.NONE);

        steps.forEach(world::step);

        world.settle();
    }

    @Example
    void effectsReleasedTooEarlyAreFound() {
        assertThatThrownBy(() -> runMany(AgentWorld.Flaw.EFFECTS_FIRST))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("before it was durable");
    }

    @Example
    void aDiskThatForgetsIsFound() {
        assertThatThrownBy(() -> runMany(AgentWorld.Flaw.FORGETFUL_DISK)).isInstanceOf(AssertionError.class);
    }

    private static void runMany(AgentWorld.Flaw flaw) {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            AgentWorld world = new AgentWorld(seed, flaw);
            for (int i = 0; i < 100; i++) {
                world.step(random.nextInt(16));
            }
            world.settle();
        }
    }
}
