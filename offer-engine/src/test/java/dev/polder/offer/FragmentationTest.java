package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A cluster that is 70 % full of small tasks which come and go, where one of 32 cpus waits: on no agent is so much free,
 * and what becomes free is taken again by the small ones.
 */
final class FragmentationTest {
    private static final int AGENTS = 20;
    private static final long AGENT_CPUS = 64_000;
    private static final long SMALL_CPUS = 1_000;
    private static final long LARGE_CPUS = 32_000;
    private static final int SMALL_ON_AGENT = 45;

    /** How many tasks of each agent end from one round to the next. */
    private static final int ENDING = 8;

    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int small = engine.addFramework(FrameworkProfile.of("small", "a"));
    private final int large = engine.addFramework(FrameworkProfile.of("large", "b"));
    private final int[] running = new int[AGENTS];

    @Test
    void shouldPlaceALargeTaskSoonWhenItIsHinted() {
        fill();
        engine.setDemands(0, large, "b", List.of(Demand.of(1, Quantities.ofPlain(LARGE_CPUS, 0, 0, 0))));

        assertThat(roundsUntilPlaced(100)).isLessThanOrEqualTo(3);
    }

    @Test
    void shouldNeverPlaceItWhenNobodyKnowsWhatItWaitsFor() {
        fill();

        assertThat(roundsUntilPlaced(100)).isGreaterThan(100);
    }

    private void fill() {
        for (int agent = 0; agent < AGENTS; agent++) {
            engine.addAgent(AgentProfile.of(cpus(AGENT_CPUS)));
            engine.use(small, "a", agent, cpus(SMALL_ON_AGENT * SMALL_CPUS), desk);
            running[agent] = SMALL_ON_AGENT;
        }
        for (int agent = 0; agent < AGENTS; agent++) {
            assertThat(engine.free(agent).cpus()).isLessThan(LARGE_CPUS);
        }
    }

    /** The small one runs as many on each agent as before; the large one declines what is too little for it. */
    private int roundsUntilPlaced(int most) {
        desk.run(0).forEach(offer -> answer(0, offer));
        for (int round = 1; round <= most; round++) {
            long nowMs = 1_000L * round;
            endSome();
            for (List<Offer> offers = desk.run(nowMs); !offers.isEmpty(); offers = desk.run(nowMs)) {
                for (Offer offer : offers) {
                    if (offer.framework() == large && offer.resources().cpus() >= LARGE_CPUS) {
                        return round;
                    }
                    answer(nowMs, offer);
                }
            }
        }
        return most + 1;
    }

    private void answer(long nowMs, Offer offer) {
        int launched = offer.framework() == small ? SMALL_ON_AGENT - running[offer.agent()] : 0;
        engine.accept(nowMs, offer.id(), cpus(launched * SMALL_CPUS), 1_000);
        running[offer.agent()] += launched;
    }

    private void endSome() {
        for (int agent = 0; agent < AGENTS; agent++) {
            int ended = Math.min(ENDING, running[agent]);
            engine.release(small, "a", agent, cpus(ended * SMALL_CPUS));
            running[agent] -= ended;
        }
    }
}
