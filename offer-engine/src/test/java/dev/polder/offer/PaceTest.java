package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** What a client that answers at once and never tires can make the engine do, counted over virtual time. */
final class PaceTest {
    private static final int AGENTS = 3;
    private static final long MINUTES_MS = 10 * 60_000L;
    private static final int TURNS_MAX = 10_000;

    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    PaceTest() {
        for (int i = 0; i < AGENTS; i++) {
            engine.addAgent(AgentProfile.of(cpus(4_000)));
        }
    }

    @Test
    void shouldOfferOnceInAReofferDelayToOneWhoAlwaysDeclinesForZeroSeconds() {
        desk.addFramework("r1");

        int turns = runToTheEnd(nowMs -> {});

        assertThat(desk.made).hasSize((int) (AGENTS * MINUTES_MS / Desk.REOFFER_DELAY_MS));
        assertThat(turns).isEqualTo((int) (MINUTES_MS / Desk.REOFFER_DELAY_MS));
        for (int agent = 0; agent < AGENTS; agent++) {
            checkDistance(agent);
        }
    }

    @Test
    void shouldNotOfferFasterToTwoWhoDecline() {
        desk.addFramework("r1");
        desk.addFramework("r2");

        runToTheEnd(nowMs -> {});

        assertThat(desk.made).hasSize((int) (2 * AGENTS * MINUTES_MS / Desk.REOFFER_DELAY_MS));
    }

    @Test
    void shouldBoundWhatRevivesWithoutEndCanDo() {
        int framework = desk.addFramework("r1");

        runToTheEnd(nowMs -> {
            for (int i = 0; i < 3; i++) {
                engine.revive(nowMs, framework, "r1");
            }
        });

        assertThat(desk.made.size())
                .as("once by its filter's end and once by a revive in each second")
                .isLessThanOrEqualTo((int) (2 * AGENTS * (MINUTES_MS / Desk.REVIVE_INTERVAL_MS + 1)));
    }

    @Test
    void shouldBeIdleWhileEverybodyRefusesForLong() {
        desk.addFramework("r1");
        desk.run(0).forEach(offer -> engine.decline(0, offer.id(), MINUTES_MS));

        assertThat(desk.run(0)).isEmpty();

        assertThat(engine.nextDeadlineMs()).isEqualTo(MINUTES_MS);
    }

    /**
     * Declines what is offered at once, runs the engine when it wants to be run, and returns at how many times that
     * was.
     */
    private int runToTheEnd(LongConsumer meanwhile) {
        int turns = 0;
        for (long nowMs = 0; nowMs < MINUTES_MS; nowMs = engine.nextDeadlineMs()) {
            assertThat(turns++).as("the engine spins").isLessThan(TURNS_MAX);
            meanwhile.accept(nowMs);
            List<Offer> offers = desk.run(nowMs);
            for (int again = 0; !offers.isEmpty(); again++) {
                assertThat(again).as("the engine spins within a millisecond").isLessThan(10);
                for (Offer offer : offers) {
                    engine.decline(nowMs, offer.id(), 0);
                }
                offers = desk.run(nowMs);
            }
            assertThat(engine.nextDeadlineMs()).isGreaterThan(nowMs);
        }
        return turns;
    }

    private void checkDistance(int agent) {
        List<Offer> offers =
                desk.made.stream().filter(offer -> offer.agent() == agent).toList();
        for (int i = 1; i < offers.size(); i++) {
            assertThat(offers.get(i).madeAtMs() - offers.get(i - 1).madeAtMs())
                    .isGreaterThanOrEqualTo(Desk.REOFFER_DELAY_MS);
        }
    }
}
