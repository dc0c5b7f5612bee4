package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.FrameworkProfile.Capability;
import org.junit.jupiter.api.Test;

final class RegionTest {
    private final Desk desk =
            new Desk(OfferEngineConfig.builder().region("here").build());

    @Test
    void shouldOfferAgentsOfOtherRegionsOnlyToOneWhoKnowsOfRegions() {
        add(desk, "here");
        int remote = add(desk, "there");
        int unaware = desk.addFramework("a");
        int aware = desk.addFramework(FrameworkProfile.of("aware", "b").with(Capability.REGION_AWARE));
        desk.use(aware, "b", desk.addAgent("mem:32"), "mem:32");

        assertThat(desk.run(0)).extracting(Offer::framework).containsExactly(unaware, aware);
        assertThat(desk.engine.openOffers(aware)).extracting(Offer::agent).containsExactly(remote);
        desk.made.forEach(offer -> desk.engine.withdraw(offer.id()));
        assertThat(desk.engine.explain(0, unaware, "a", remote).orElseThrow().why())
                .isEqualTo(Refusal.Why.OTHER_REGION);
    }

    @Test
    void shouldOfferAnAgentWithoutARegionToAll() {
        desk.addAgent("cpus:1");
        desk.addFramework("a");

        assertThat(desk.run(0)).hasSize(1);
    }

    @Test
    void shouldOfferAgentsOfAllRegionsWhereTheMasterHasNone() {
        Desk anywhere = new Desk();
        add(anywhere, "here");
        add(anywhere, "there");
        anywhere.addFramework("a");

        assertThat(anywhere.run(0)).hasSize(2);
    }

    private static int add(Desk to, String region) {
        return to.engine.addAgent(AgentProfile.of(resources("cpus:1")).withDomain(region, "zone"));
    }
}
