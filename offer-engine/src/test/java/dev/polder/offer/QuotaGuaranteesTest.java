package dev.polder.offer;

import static dev.polder.offer.Desk.byRole;
import static dev.polder.offer.Desk.guarantee;
import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Role z is guaranteed something and comes last by name, so that whatever comes to it first comes by its guarantee. */
final class QuotaGuaranteesTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @Test
    void shouldServeAGuaranteeBeforeAnybodyElse() {
        desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");
        desk.addFramework("a");
        desk.addFramework("z");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.run(0)).extracting(Offer::role).containsExactly("z", "z");
    }

    @Test
    void shouldShareByFairnessWhatGuaranteesLeave() {
        for (int i = 0; i < 6; i++) {
            desk.addAgent("cpus:1");
        }
        desk.addFramework("a");
        desk.addFramework("z");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.run(0))
                .as("what z got for its guarantee counts for its share")
                .extracting(Offer::role)
                .containsExactly("z", "z", "a", "a", "a", "z");
    }

    @Test
    void shouldShareByFairnessAgainWhenAQuotaIsRemoved() {
        desk.addFramework("a");
        desk.addFramework("z");
        desk.setQuota("z", Quota.NONE);
        desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");
        desk.setQuota("z", guarantee("cpus:2"));

        desk.setQuota("z", Quota.NONE);

        assertThat(desk.run(0)).extracting(Offer::role).containsExactly("a", "z");
    }

    @Test
    void shouldShareAGuaranteeBetweenTheFrameworksOfItsRole() {
        desk.addFramework("a");
        int first = desk.addFramework("z");
        int second = desk.addFramework("z");
        for (int i = 0; i < 4; i++) {
            desk.addAgent("cpus:1");
        }
        desk.setQuota("z", guarantee("cpus:4"));

        assertThat(desk.run(0)).extracting(Offer::framework).containsExactly(first, second, first, second);
    }

    @Test
    void shouldServeAGuaranteeThroughARoleBelow() {
        desk.addFramework("a");
        desk.addFramework("z/y");
        desk.addAgent("cpus:1");
        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(desk.runForOne(0).role()).isEqualTo("z/y");
    }

    @Test
    void shouldOfferAlongWithAGuaranteeWhatItDoesNotName() {
        desk.addFramework("a");
        desk.addFramework("z");
        desk.addAgent("cpus:1;mem:1024;ports:[1-9];licences:3");
        desk.setQuota("z", guarantee("cpus:1"));

        Offer offer = desk.runForOne(0);

        assertThat(offer.role()).isEqualTo("z");
        assertThat(offer.resources()).isEqualTo(resources("cpus:1;mem:1024;ports:[1-9];licences:3"));
    }

    @Test
    void shouldOfferMoreThanIsGuaranteedWhereNoLimitIsSet() {
        desk.addFramework("a");
        desk.addFramework("z");
        desk.addAgent("cpus:8");
        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("z", resources("cpus:8")));
    }

    @Test
    void shouldServeSeveralGuaranteesOneByOne() {
        for (int i = 0; i < 5; i++) {
            desk.addAgent("cpus:1");
        }
        desk.addFramework("a");
        desk.addFramework("y");
        desk.addFramework("z");
        desk.setQuota("y", guarantee("cpus:1"));
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.run(0)).extracting(Offer::role).containsExactly("y", "z", "z", "a", "a");
    }

    @Test
    void shouldServeARoleThatLacksOneResourceThoughItHasEnoughOfAnother() {
        int used = desk.addAgent("mem:32");
        int framework = desk.addFramework("z");
        desk.addFramework("a");
        desk.use(framework, "z", used, "mem:32");
        desk.addAgent("cpus:1");
        desk.setQuota("z", guarantee("cpus:1;mem:32"));

        assertThat(desk.runForOne(0).role()).isEqualTo("z");
    }

    @Test
    void shouldNotServeAGuaranteeByWhatItDoesNotName() {
        desk.addFramework("a");
        desk.addFramework("z");
        desk.addAgent("mem:64");
        desk.addAgent("cpus:1");
        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(desk.run(0)).extracting(Offer::role).containsExactly("a", "z");
    }

    @Test
    void shouldCountAReservationThatNobodyUses() {
        desk.addAgent("cpus:1");
        desk.addFramework("a");
        desk.addFramework("z");
        int reserved = desk.addAgent("cpus(z):1");
        engine.setAgentActive(reserved, false, desk);
        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(desk.runForOne(0).role()).as("z has what it is guaranteed").isEqualTo("a");
    }

    @Test
    void shouldCountAReservationOnceThoughItIsUsed() {
        int reserved = desk.addAgent("cpus(z):1");
        desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");
        desk.addFramework("a");
        int framework = desk.addFramework("z");
        desk.use(framework, "z", reserved, "cpus(z):1");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.run(0))
                .as("z lacks one and not more")
                .extracting(Offer::role)
                .containsExactly("z", "a");
    }

    @Test
    void shouldCountWhatIsReservedToARoleBelow() {
        desk.addAgent("cpus:1");
        desk.addAgent("cpus(z/y):1");
        desk.addFramework("a");
        desk.addFramework("z");
        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(desk.runForOne(0).role()).isEqualTo("a");
    }

    @Test
    void shouldCountWhatARoleBelowUses() {
        int used = desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");
        desk.addFramework("a");
        int below = desk.addFramework("z/y");
        desk.addFramework("z");
        desk.use(below, "z/y", used, "cpus:1");
        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(desk.runForOne(0).role()).isEqualTo("a");
    }

    @Test
    void shouldCountOnceWhatIsReservedToARoleAndUsedBelowIt() {
        int reserved = desk.addAgent("cpus(z):1");
        desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");
        desk.addFramework("a");
        int below = desk.addFramework("z/y");
        desk.use(below, "z/y", reserved, "cpus(z):1");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.run(0)).extracting(Offer::role).containsExactly("z/y", "a");
    }

    @Test
    void shouldServeAGuaranteeByReservedAndUnreservedTogether() {
        desk.addFramework("a");
        desk.addFramework("z");
        desk.addAgent("cpus(z):1;cpus:1");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("z", resources("cpus(z):1;cpus:1")));
    }

    @Test
    void shouldOfferTheReservationsOfOthersThoughAGuaranteeIsOpen() {
        desk.addFramework("a");
        desk.addFramework("z");
        desk.addAgent("cpus(a):1;cpus:1");
        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus(a):1"), "z", resources("cpus:1")));
    }
}
