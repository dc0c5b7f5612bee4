package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What gangs may have of what their role is guaranteed, and what others are. */
final class GangQuotaTest {
    private static final Demand FOUR_CPUS = Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0));

    private Desk desk = new Desk();

    private int add(String name) {
        return desk.engine.addFramework(FrameworkProfile.of(name, name));
    }

    private long ask(int framework, String role, int agents) {
        desk.engine.setDemands(0, framework, role, List.of());
        return desk.engine.askForGang(0, framework, role, new Gang(agents, FOUR_CPUS, Gang.WITHIN_MS_MAX));
    }

    @Test
    void shouldComeBeforeOthersWithNoMoreThanTheGuaranteeLacks() {
        OfferEngine engine = desk.engine;
        int gang = add("g");
        int first = add("first");
        for (int i = 0; i < 10; i++) {
            desk.addAgent("cpus:4");
        }
        engine.use(gang, "g", desk.addAgent("cpus(g):20"), Desk.resources("cpus(g):20"), desk);
        desk.setQuota("g", Desk.guarantee("cpus:21"));
        ask(gang, "g", 10);

        assertThat(desk.run(0)).hasSize(10).allMatch(offer -> offer.framework() == first);
    }

    @Test
    void shouldHaveNoMoreOfWhatIsSetAsideThanTheGuaranteeLacks() {
        OfferEngine engine = desk.engine;
        int user = add("user");
        engine.suppress(user, "user");
        for (int i = 0; i < 64; i++) {
            engine.use(user, "user", desk.addAgent("cpus:8"), cpus(4_000), desk);
        }
        for (String name : List.of("a", "b", "c", "d")) {
            int large = add(name);
            engine.setDemands(0, large, name, List.of(Demand.of(1, Quantities.ofPlain(8_000, 0, 0, 0))));
        }
        desk.run(0);
        for (int i = 0; i < 64; i++) {
            boolean isKept = i < 4;
            if (!isKept) {
                engine.use(user, "user", i, cpus(4_000), desk);
            }
        }
        int gang = add("g");
        engine.setDemands(0, gang, "g", List.of());
        desk.setQuota("g", Desk.guarantee("cpus:1"));
        engine.askForGang(0, gang, "g", new Gang(4, FOUR_CPUS, 10_000));
        assertThat(desk.run(0)).isEmpty();

        engine.askForGang(0, gang, "g", new Gang(1, FOUR_CPUS, 10_000));
        assertThat(desk.run(0)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeServedWhenQuotaGivesWayWhetherAnybodyAskedOrNot(boolean isExplained) {
        desk = new Desk(OfferEngineConfig.builder().setAsideMs(0).build());
        OfferEngine engine = desk.engine;
        int a = add("a");
        int gang = add("g");
        for (String total : List.of("cpus:4", "cpus:4", "cpus:4", "cpus:8")) {
            desk.addAgent(total);
        }
        int off = desk.addAgent("cpus:8");
        engine.setAgentActive(off, false, desk);
        engine.setDemands(0, gang, "g", List.of());
        for (Offer offer : desk.run(0)) {
            if (offer.agent() != 0) {
                engine.decline(0, offer.id(), 3_600_000);
            }
        }
        desk.setQuota("a", Desk.guarantee("cpus:16"));
        long asked = ask(gang, "g", 2);
        assertThat(desk.run(1)).isEmpty();
        if (isExplained) {
            assertThat(engine.explainGang(asked)).isPresent();
        }

        engine.suppress(a, "a");
        engine.use(a, "a", 1, cpus(4_000), desk);
        engine.use(a, "a", off, cpus(8_000), desk);

        assertThat(desk.run(2)).extracting(Offer::agent).containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void shouldNotChangeByBeingExplainedWhatIsOffered() {
        OfferEngine engine = desk.engine;
        int limited = add("a");
        int other = add("b");
        engine.suppress(other, "b");
        desk.setQuota("a", Desk.limit("cpus:4"));
        int full = desk.addAgent("cpus:4");
        engine.use(limited, "a", full, cpus(4_000), desk);
        desk.addAgent("cpus:4");
        desk.run(0);
        long nextMs = engine.nextDeadlineMs();

        engine.explain(0, limited, "a");
        desk.setQuota("b", Desk.guarantee("cpus:4"));
        engine.explain(0, limited, "a");

        assertThat(desk.run(0)).isEmpty();
        assertThat(engine.nextDeadlineMs()).isEqualTo(nextMs);
    }
}
