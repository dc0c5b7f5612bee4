package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.OfferEngineConfig.Order;
import dev.polder.offer.resource.Quantities;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One order between roles, another between the frameworks of a role. */
final class MixedOrdersTest {
    private static final int ROUNDS = 3_000;

    private static Desk desk(Order roles, Order frameworks) {
        return new Desk(OfferEngineConfig.builder()
                .roleOrder(roles)
                .frameworkOrder(frameworks)
                .build());
    }

    /** Offers the one agent again and again; returns how often to this framework. */
    private static int turns(Desk desk, int framework) {
        int turns = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Offer offer = desk.runForOne(0);
            turns += offer.framework() == framework ? 1 : 0;
            desk.engine.withdraw(offer.id());
        }
        return turns;
    }

    @ParameterizedTest
    @CsvSource({"FAIR, RANDOM, a", "RANDOM, FAIR, b", "RANDOM, RANDOM, b"})
    void shouldGiveOneThatJoinsLateNoMoreThanItsPart(Order roles, Order frameworks, String lateRole) {
        Desk desk = desk(roles, frameworks);
        desk.engine.addAgent(AgentProfile.of(cpus(1_000)));
        int early = desk.addFramework("a");
        if (lateRole.equals("a")) {
            desk.addFramework("a");
        }
        turns(desk, early);

        int late = desk.addFramework(lateRole);
        int fair = lateRole.equals("a") ? ROUNDS / 3 : ROUNDS / 2;

        assertThat(turns(desk, late)).isBetween(fair * 8 / 10, fair * 12 / 10);
    }

    @Test
    @Timeout(20)
    void shouldServeAGangWhoseFrameworkTakesNoSingleOffersAtRandom() {
        Desk desk = desk(Order.RANDOM, Order.RANDOM);
        for (int i = 0; i < 3; i++) {
            desk.engine.addAgent(AgentProfile.of(cpus(4_000)));
        }
        int ganging = desk.addFramework("a");
        desk.engine.setDemands(0, ganging, "a", List.of());
        Gang gang = new Gang(2, Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0)), 1_000);
        desk.engine.askForGang(0, ganging, "a", gang);

        assertThat(desk.run(0)).hasSize(2);
        desk.addFramework("b");
        assertThat(desk.run(0)).hasSize(1);
    }
}
