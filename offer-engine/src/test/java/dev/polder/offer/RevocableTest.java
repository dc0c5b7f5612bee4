package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RevocableTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @Test
    void shouldOfferRevocableResourcesOnlyToOneWhoKnowsThem() {
        engine.addAgent(AgentProfile.of(resources("cpus:2").plus(revocable(3_000))));
        int unable = desk.addFramework("a");
        int able = desk.addFramework(FrameworkProfile.of("able", "b").with(Capability.REVOCABLE_RESOURCES));

        assertThat(desk.run(0)).extracting(Offer::framework).containsExactly(unable, able);
        assertThat(Desk.byRole(desk.made)).isEqualTo(Map.of("a", resources("cpus:2"), "b", revocable(3_000)));
    }

    @Test
    void shouldOfferRevocableResourcesThatComeLater() {
        int agent = desk.addAgent("cpus:2");
        int framework = desk.addFramework(FrameworkProfile.of("able", "a").with(Capability.REVOCABLE_RESOURCES));
        desk.acceptAll(0, desk.runForOne(0));

        engine.updateAgent(agent, AgentProfile.of(resources("cpus:2").plus(revocable(1_000))), desk);
        Offer some = desk.runForOne(0);
        engine.updateAgent(agent, AgentProfile.of(resources("cpus:2").plus(revocable(3_000))), desk);

        assertThat(some.resources()).isEqualTo(revocable(1_000));
        assertThat(desk.rescinded).containsExactly("1 WITHDRAWN");
        assertThat(desk.runForOne(0).resources()).isEqualTo(revocable(3_000));
        assertThat(engine.openOffers(framework)).hasSize(1);
    }

    @Test
    void shouldBeOvercommittedByRevocableResourcesThatAreNoMore() {
        int agent = engine.addAgent(AgentProfile.of(resources("cpus:2").plus(revocable(3_000))));
        int framework = desk.addFramework(FrameworkProfile.of("able", "a").with(Capability.REVOCABLE_RESOURCES));
        engine.use(framework, "a", agent, revocable(2_000), desk);

        engine.updateAgent(agent, AgentProfile.of(resources("cpus:2").plus(revocable(500))), desk);

        assertThat(engine.overcommitted(agent)).isEqualTo(revocable(1_500));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:2"));
        engine.release(framework, "a", agent, revocable(2_000));
        assertThat(engine.free(agent)).isEqualTo(revocable(500));
        engine.checkInvariants();
    }

    @Test
    void shouldOfferRevocableResourcesAgainThatCameBack() {
        engine.addAgent(AgentProfile.of(revocable(3_000)));
        int framework = desk.addFramework(FrameworkProfile.of("able", "a").with(Capability.REVOCABLE_RESOURCES));
        Offer offer = desk.runForOne(0);
        engine.accept(0, offer.id(), revocable(1_000), 0);
        Offer rest = desk.runForOne(0);

        engine.release(framework, "a", offer.agent(), revocable(1_000));

        assertThat(rest.resources()).isEqualTo(revocable(2_000));
        assertThat(desk.runForOne(0).resources()).isEqualTo(revocable(1_000));
    }

    private static Resources revocable(long cpus) {
        return Resources.of(Stocks.REVOCABLE_CPUS, new Value.Amount(cpus));
    }
}
