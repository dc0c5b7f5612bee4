package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WeightsTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @Test
    void shouldDivideSharesByWeights() {
        int busy = desk.addAgent("cpus:10");
        int light = desk.addFramework("a");
        int heavy = desk.addFramework("b");
        desk.use(light, "a", busy, "cpus:3");
        desk.use(heavy, "b", busy, "cpus:5");
        engine.setAgentActive(busy, false, desk);
        desk.addAgent("cpus:1");

        engine.setWeight("b", 2_000);
        List<String> weighed = desk.turns(0);
        engine.setWeight("b", 1_000);
        List<String> again = desk.turns(10_000);
        engine.setWeight("a", 500);
        engine.setWeight("b", 500);

        assertThat(weighed).as("3 against 5 / 2").containsExactly("b", "a");
        assertThat(again).containsExactly("a", "b");
        assertThat(desk.turns(20_000)).as("both halved").containsExactly("a", "b");
    }

    @Test
    void shouldWeighASubtreeAmongItsSiblingsOnly() {
        for (int i = 0; i < 12; i++) {
            desk.addAgent("cpus:1");
        }
        desk.addFramework("a/x");
        desk.addFramework("a/y");
        desk.addFramework("b");
        engine.setWeight("a", 2_000);
        engine.setWeight("a/y", 3_000);

        assertThat(Desk.byRole(desk.run(0)))
                .as("a has twice as much as b, a/y three times as much as a/x")
                .isEqualTo(Map.of("a/x", resources("cpus:2"), "a/y", resources("cpus:6"), "b", resources("cpus:4")));
    }

    @Test
    void shouldShareAnewWhatIsTakenBackAfterAWeightChanged() {
        for (int i = 0; i < 6; i++) {
            desk.addAgent("cpus:1");
        }
        desk.addFramework("a");
        desk.addFramework("b");
        List<Offer> before = desk.run(0);

        engine.setWeight("b", 2_000);
        before.forEach(offer -> engine.withdraw(offer.id()));

        assertThat(Desk.byRole(before)).containsEntry("a", resources("cpus:3"));
        assertThat(Desk.byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:2"), "b", resources("cpus:4")));
    }

    @Test
    void shouldKeepAWeightForARoleThatNobodyIsIn() {
        engine.setWeight("b", 2_000);
        for (int i = 0; i < 3; i++) {
            desk.addAgent("cpus:1");
        }

        desk.addFramework("a");
        desk.addFramework("b");

        assertThat(Desk.byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:1"), "b", resources("cpus:2")));
    }

    @Test
    void shouldRefuseAWeightThatIsNotPositiveOrForNoRole() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.setWeight("a", 0))
                .withMessage("weight of role a: 0 thousandths, must be 1 or more");
        assertThatIllegalArgumentException().isThrownBy(() -> engine.setWeight("a", -1_000));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.setWeight("a/", 1_000));
    }
}
