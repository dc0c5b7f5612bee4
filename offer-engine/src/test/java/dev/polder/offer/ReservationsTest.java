package dev.polder.offer;

import static dev.polder.offer.Desk.byRole;
import static dev.polder.offer.Desk.guarantee;
import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReservationsTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @Test
    void shouldOfferReservedResourcesToTheirRoleAlone() {
        desk.addAgent("cpus(b):2;cpus:1;mem(b):64");
        desk.addFramework("a");
        desk.addFramework("b");

        assertThat(byRole(desk.run(0)))
                .isEqualTo(Map.of("a", resources("cpus:1"), "b", resources("cpus(b):2;mem(b):64")));
    }

    @Test
    void shouldKeepReservedResourcesFreeWhileTheirRoleHasNobody() {
        int agent = desk.addAgent("cpus(b):2");
        int framework = desk.addFramework("a");

        assertThat(desk.run(0)).isEmpty();
        assertThat(engine.free(agent)).isEqualTo(resources("cpus(b):2"));
        assertThat(engine.explain(0, framework, "a"))
                .extracting(Refusal::why)
                .containsExactly(Refusal.Why.NOT_FOR_ROLE);
    }

    /** A reservation weighs like anything else: who has one waits until others have as much. */
    @Test
    void shouldChargeARoleForItsReservationsThatAreOffered() {
        desk.addAgent("cpus(a):2");
        for (int i = 0; i < 4; i++) {
            desk.addAgent("cpus:1");
        }
        desk.addFramework("a");
        desk.addFramework("b");

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus(a):2;cpus:1"), "b", resources("cpus:3")));
    }

    @Test
    void shouldOfferReservedResourcesAgainThatCameBack() {
        int agent = desk.addAgent("cpus(a):2;cpus:1");
        int framework = desk.addFramework("a");
        desk.acceptAll(0, desk.runForOne(0));
        assertThat(desk.run(0)).isEmpty();

        desk.release(framework, "a", agent, "cpus(a):1");

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus(a):1")));
    }

    @Test
    void shouldOfferTheReservationsOfARoleToThoseBelowIt() {
        desk.addAgent("cpus(a):2");
        desk.addFramework("a/x/y");
        desk.addFramework("b");
        desk.addFramework("ab");

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a/x/y", resources("cpus(a):2")));
    }

    @Test
    void shouldNotOfferTheReservationsOfARoleToThoseAboveOrBesideIt() {
        desk.addAgent("cpus(a/x):2");
        desk.addFramework("a");
        desk.addFramework("a/y");

        assertThat(desk.run(0)).isEmpty();
    }

    @Test
    void shouldOfferReservedPortsAndItemsThoughTheyHaveNoQuantity() {
        int agent = desk.addAgent("cpus:2;ports(a):[1-5];bugs(a):{b,c}");
        int framework = desk.addFramework("a");
        desk.setQuota("z", guarantee("cpus:1"));
        Offer offer = desk.runForOne(0);

        engine.accept(0, offer.id(), resources("ports(a):[1-2];bugs(a):{b}"), 0);

        assertThat(offer.resources()).isEqualTo(resources("cpus:1;ports(a):[1-5];bugs(a):{b,c}"));
        assertThat(engine.free(agent)).isEqualTo(resources("cpus:2;ports(a):[3-5];bugs(a):{c}"));
        desk.release(framework, "a", agent, "ports(a):[1-2];bugs(a):{b}");
        engine.checkInvariants();
    }

    @Test
    void shouldOfferRefinedReservationsOnlyToOneWhoKnowsThem() {
        engine.addAgent(
                AgentProfile.of(resources("cpus:1").plus(Resources.of(Stocks.REFINED_MEM, new Value.Amount(64_000)))));
        int able = desk.addFramework(FrameworkProfile.of("able", "a/x").with(Capability.RESERVATION_REFINEMENT));
        int unable = desk.addFramework("a/x");
        desk.use(able, "a/x", desk.addAgent("cpus:9"), "cpus:9");

        assertThat(desk.run(0)).extracting(Offer::framework).containsExactly(unable, able);
        assertThat(engine.openOffers(unable).get(0).resources()).isEqualTo(resources("cpus:1"));
    }
}
