package dev.polder.offer;

import static dev.polder.offer.Desk.byRole;
import static dev.polder.offer.Desk.guarantee;
import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Role z is guaranteed something that nobody takes up; role a has no quota. */
final class HeadroomTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int framework = desk.addFramework("a");

    @Test
    void shouldHoldBackAWholeAgentForARoleWithoutFrameworks() {
        desk.addAgent("cpus:2");
        int held = desk.addAgent("cpus:2");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:2")));
        assertThat(engine.free(held)).isEqualTo(resources("cpus:2"));
        assertThat(engine.explain(0, framework, "a")).extracting(Refusal::why).containsExactly(Refusal.Why.HEADROOM);
    }

    @Test
    void shouldHoldBackPartOfAnAgent() {
        desk.addAgent("cpus:4;mem:1024");
        desk.setQuota("z", guarantee("cpus:3"));

        assertThat(desk.runForOne(0).resources())
                .as("of what is not guaranteed, all")
                .isEqualTo(resources("cpus:1;mem:1024"));
    }

    @Test
    void shouldHoldBackForSeveralRolesTogether() {
        desk.addAgent("cpus:4;mem:1024");
        desk.addAgent("cpus:4;mem:1024");
        desk.setQuota("y", guarantee("cpus:3"));
        desk.setQuota("z", guarantee("cpus:2;mem:1536"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:3;mem:512")));
    }

    @Test
    void shouldHoldBackThoughTheGuaranteedFrameworkDeclines() {
        desk.addAgent("cpus:4");
        desk.addFramework("z");
        desk.setQuota("z", guarantee("cpus:3"));
        Offer declined = desk.runForOne(0);

        engine.decline(0, declined.id(), 600_000);

        assertThat(declined.role()).isEqualTo("z");
        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:1")));
    }

    @Test
    void shouldNotHoldBackWhatIsReservedToOthers() {
        desk.addAgent("cpus(b):2");
        desk.addAgent("cpus:2");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.run(0)).as("nothing else can serve the guarantee").isEmpty();
    }

    @Test
    void shouldOfferReservationsThoughTheRestIsHeldBack() {
        desk.addAgent("cpus(a):2;cpus:2");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus(a):2"));
    }

    @Test
    void shouldNeitherHoldBackRevocableResourcesNorServeAGuaranteeByThem() {
        Resources revocable = Resources.of(ResourceId.CPUS.withRevocable(true), new Value.Amount(2_000));
        int able = desk.addFramework(
                FrameworkProfile.of("able", "b").with(FrameworkProfile.Capability.REVOCABLE_RESOURCES));
        engine.addAgent(AgentProfile.of(resources("cpus:2").plus(revocable)));
        desk.setQuota("z", guarantee("cpus:2"));

        Offer offer = desk.runForOne(0);

        assertThat(offer.framework()).isEqualTo(able);
        assertThat(offer.resources()).isEqualTo(revocable);
    }

    @Test
    void shouldHoldBackNothingForARoleWhoseReservationsExceedItsGuarantee() {
        desk.addAgent("cpus(z):3");
        desk.addAgent("cpus:1");
        desk.setQuota("z", guarantee("cpus:1"));
        desk.setQuota("y", Quota.NONE);

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:1")));
    }

    @Test
    void shouldNotLetOneRolesReservationsServeAnothersGuarantee() {
        desk.addAgent("cpus(z):3");
        desk.addAgent("cpus:2");
        desk.setQuota("z", guarantee("cpus:1"));
        desk.setQuota("y", guarantee("cpus:1"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:1")));
    }

    @Test
    void shouldHoldBackLessForWhatARoleBelowUses() {
        int agent = desk.addAgent("cpus:4");
        int below = desk.addFramework("z/y");
        desk.setQuota("z", guarantee("cpus:3"));
        desk.use(below, "z/y", agent, "cpus:2");
        engine.suppress(below, "z/y");

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:1")));
    }

    @Test
    void shouldHoldBackAgainWhenTheGuaranteedTaskEnds() {
        int agent = desk.addAgent("cpus:2");
        int guaranteed = desk.addFramework("z");
        engine.suppress(guaranteed, "z");
        desk.use(guaranteed, "z", agent, "cpus:1");
        desk.setQuota("z", guarantee("cpus:1"));
        Offer rest = desk.runForOne(0);

        desk.release(guaranteed, "z", agent, "cpus:1");

        assertThat(rest.resources()).isEqualTo(resources("cpus:1"));
        assertThat(desk.run(0)).isEmpty();
    }

    @Test
    void shouldOfferWhatWasHeldBackWhenTheClusterGrows() {
        desk.addAgent("cpus:2");
        desk.setQuota("z", guarantee("cpus:2"));
        assertThat(desk.run(0)).isEmpty();

        desk.addAgent("cpus:2");

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:2")));
    }

    @Test
    void shouldNotHoldBackOnAgentsThatAreSwitchedOff() {
        int off = desk.addAgent("cpus:2");
        desk.addAgent("cpus:2");
        engine.setAgentActive(off, false, desk);
        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(byRole(desk.run(0)))
                .as("what is switched off serves no guarantee")
                .isEqualTo(Map.of("a", resources("cpus:1")));
    }

    @Test
    void shouldOfferWhatHeadroomHeldBackThoughALimitCutItToo() {
        Desk desk = new Desk();
        OfferEngine engine = desk.engine;
        engine.addFramework(FrameworkProfile.of("c", "c"));
        engine.addAgent(AgentProfile.of(Desk.cpus(8_000)));
        engine.setQuotas(Map.of("c", Desk.limit("cpus:4"), "a", Desk.guarantee("cpus:6")), true, desk);
        assertThat(desk.runForOne(0).resources()).isEqualTo(Desk.cpus(2_000));

        engine.addAgent(AgentProfile.of(Desk.resources("cpus:6;gpus:1")));
        assertThat(desk.runForOne(1).resources()).isEqualTo(Desk.cpus(2_000));
    }
}
