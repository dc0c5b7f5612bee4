package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.FrameworkProfile.Capability;
import org.junit.jupiter.api.Test;

final class GpusTest {
    private final Desk desk = new Desk();

    @Test
    void shouldKeepAWholeAgentWithGpusForOneWhoKnowsOfThem() {
        int agent = desk.addAgent("cpus:4;gpus:1");
        int unable = desk.addFramework("a");
        assertThat(desk.run(0)).isEmpty();
        assertThat(desk.engine.explain(0, unable, "a")).extracting(Refusal::why).containsExactly(Refusal.Why.GPUS);

        int able = desk.addFramework(FrameworkProfile.of("able", "b").with(Capability.GPU_RESOURCES));
        Offer offer = desk.runForOne(0);
        desk.engine.accept(0, offer.id(), resources("gpus:1"), 600_000);

        assertThat(offer.framework()).isEqualTo(able);
        assertThat(desk.run(0)).as("though the gpus are in use").isEmpty();
        assertThat(desk.engine.free(agent)).isEqualTo(resources("cpus:4"));
    }

    /** One who cannot have an agent must not keep those behind it from having it. */
    @Test
    void shouldGoOnToTheNextInTheRoleAndToTheNextRole() {
        desk.addFramework("a");
        desk.addFramework("a");
        int behind = desk.addFramework(FrameworkProfile.of("able", "a").with(Capability.GPU_RESOURCES));
        int beside = desk.addFramework(FrameworkProfile.of("able too", "b").with(Capability.GPU_RESOURCES));
        desk.addAgent("cpus:1;gpus:1");
        desk.addAgent("cpus:1;gpus:1");

        assertThat(desk.run(0)).extracting(Offer::framework).containsExactly(behind, beside);
    }

    @Test
    void shouldOfferGpusToAllWhereTheyAreNotGuarded() {
        Desk unguarded = new Desk(OfferEngineConfig.builder().guardsGpus(false).build());
        unguarded.addAgent("cpus:4;gpus:1");
        unguarded.addFramework("a");

        assertThat(unguarded.runForOne(0).resources()).isEqualTo(resources("cpus:4;gpus:1"));
    }
}
