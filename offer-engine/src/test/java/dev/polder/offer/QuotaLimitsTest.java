package dev.polder.offer;

import static dev.polder.offer.Desk.byRole;
import static dev.polder.offer.Desk.limit;
import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Disk;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.ResourceOperation;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QuotaLimitsTest {
    private static final Reservation RESERVATION = Reservation.dynamic("a");

    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @Test
    void shouldOfferNothingBeyondALimit() {
        int framework = desk.addFramework("a");
        desk.addFramework("z");
        desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");
        desk.addAgent("cpus:1");
        desk.setQuota("a", limit("cpus:1"));

        List<Offer> offers = desk.run(0);

        assertThat(offers).extracting(Offer::role).containsExactly("a", "z", "z");
        offers.stream()
                .filter(offer -> offer.role().equals("z"))
                .forEach(offer -> engine.decline(0, offer.id(), 600_000));
        assertThat(desk.run(0)).isEmpty();
        assertThat(engine.explain(0, framework, "a"))
                .extracting(Refusal::why)
                .containsExactly(Refusal.Why.OVER_LIMIT, Refusal.Why.OVER_LIMIT);
    }

    @Test
    void shouldChopScalarsToTheLimit() {
        desk.addFramework("a");
        desk.addFramework("z");
        desk.addAgent("cpus:4;mem:1024");
        desk.setQuota("a", limit("cpus:1.5;mem:512"));

        assertThat(byRole(desk.run(0)))
                .isEqualTo(Map.of("a", resources("cpus:1.5;mem:512"), "z", resources("cpus:2.5;mem:512")));
    }

    @Test
    void shouldNotChopWhatComesAsAWhole() {
        Resources mount = Resources.of(Stocks.MOUNT_DISK, new Value.Amount(100_000));
        desk.addFramework("a");
        engine.addAgent(AgentProfile.of(resources("cpus:1").plus(mount)));
        desk.setQuota("a", limit("disk:50"));
        Offer without = desk.runForOne(0);
        engine.withdraw(without.id());

        desk.setQuota("a", limit("disk:100"));

        assertThat(without.resources()).isEqualTo(resources("cpus:1"));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:1").plus(mount));
    }

    @Test
    void shouldChopDiskOfSeveralSourcesToOneLimit() {
        Resources path = Resources.of(Stocks.PATH_DISK, new Value.Amount(60_000));
        desk.addFramework("a");
        engine.addAgent(AgentProfile.of(resources("cpus:1;disk:60").plus(path)));
        desk.setQuota("a", limit("disk:100"));

        assertThat(desk.runForOne(0).resources().scalar("disk")).isEqualTo(100_000);
    }

    @Test
    void shouldOfferReservedAndRevocableResourcesWhateverTheLimit() {
        Resources revocable = Resources.of(Stocks.REVOCABLE_CPUS, new Value.Amount(1_000));
        desk.addFramework(FrameworkProfile.of("able", "a").with(FrameworkProfile.Capability.REVOCABLE_RESOURCES));
        engine.addAgent(AgentProfile.of(resources("cpus(a):2;cpus:2").plus(revocable)));
        engine.setQuotas(Map.of("a", limit("cpus:0")), true, desk);

        assertThat(desk.runForOne(0).resources())
                .isEqualTo(resources("cpus(a):2").plus(revocable));
    }

    @Test
    void shouldOfferWhatIsNoScalarWhateverTheLimit() {
        Desk all = new Desk(Minimum.NONE);
        all.addFramework("a");
        all.addAgent("cpus:2;ports:[1-9]");
        all.setQuota("a", limit("cpus:0"));

        assertThat(all.runForOne(0).resources()).isEqualTo(resources("ports:[1-9]"));
    }

    @Test
    void shouldCountAReservationThatNobodyUses() {
        desk.addFramework("a");
        desk.addAgent("cpus:2");
        int reserved = desk.addAgent("cpus(a):1");
        engine.setAgentActive(reserved, false, desk);
        desk.setQuota("a", limit("cpus:2"));

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:1"));
    }

    @Test
    void shouldCountAsMuchAfterAReserveAsBefore() {
        desk.addFramework("a");
        desk.addAgent("cpus:1");
        desk.setQuota("a", limit("cpus:2"));
        Offer offer = desk.runForOne(0);
        Resources reserved = resources("cpus:1").push(RESERVATION);
        Conversion reserve = new ResourceOperation.Reserve(reserved).conversion();

        engine.accept(0, List.of(offer.id()), List.of(reserve), reserved, 0);
        desk.addAgent("cpus:3");

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:1"));
    }

    @Test
    void shouldCountAsMuchAfterAnUnreserveAsBefore() {
        Resources reserved = resources("cpus:1").push(RESERVATION);
        desk.addFramework("a");
        engine.addAgent(AgentProfile.of(reserved));
        desk.setQuota("a", limit("cpus:2"));
        Offer offer = desk.runForOne(0);
        Conversion unreserve = new ResourceOperation.Unreserve(reserved).conversion();

        engine.accept(0, List.of(offer.id()), List.of(unreserve), resources("cpus:1"), 0);
        desk.addAgent("cpus:3");

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:1"));
    }

    @Test
    void shouldOfferAgainBelowALimitWhenATaskEnds() {
        int framework = desk.addFramework("a");
        int agent = desk.addAgent("cpus:2");
        desk.addAgent("cpus:2");
        desk.setQuota("a", limit("cpus:2"));
        desk.acceptAll(0, desk.runForOne(0));
        assertThat(desk.run(0)).isEmpty();

        desk.release(framework, "a", agent, "cpus:1");

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:1")));
    }

    @Test
    void shouldHoldALimitForAllRolesBelowTogether() {
        desk.addFramework("a/x");
        desk.addFramework("a/y");
        desk.addFramework("a/y/z");
        for (int i = 0; i < 5; i++) {
            desk.addAgent("cpus:1");
        }
        desk.setQuota("a", limit("cpus:3"));

        assertThat(desk.run(0)).hasSize(3);
    }

    @Test
    void shouldHoldTheLimitOfARoleBelowAndThatOfTheOneAbove() {
        desk.addFramework("a/x");
        desk.addFramework("a/y");
        for (int i = 0; i < 5; i++) {
            desk.addAgent("cpus:1");
        }
        desk.setQuota("a", limit("cpus:3"));
        desk.setQuota("a/x", limit("cpus:1"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a/x", resources("cpus:1"), "a/y", resources("cpus:2")));
    }

    @Test
    void shouldLetARoleHaveWhatThoseBelowItMayNot() {
        desk.addFramework("a");
        desk.addFramework("a/x");
        for (int i = 0; i < 4; i++) {
            desk.addAgent("cpus:1");
        }
        desk.setQuota("a/x", limit("cpus:1"));

        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("a", resources("cpus:3"), "a/x", resources("cpus:1")));
    }

    @Test
    void shouldCountAVolumeAsReservedDisk() {
        ResourceId volume = Stocks.RESERVED_DISK.withDisk(Disk.of(Disk.Persistence.of("v"), Disk.Volume.at("data")));
        desk.addFramework("a");
        engine.addAgent(
                AgentProfile.of(resources("cpus:1;disk:100").plus(Resources.of(volume, new Value.Amount(64_000)))));
        desk.setQuota("a", limit("disk:100"));

        assertThat(desk.runForOne(0).resources())
                .isEqualTo(resources("cpus:1;disk:36").plus(Resources.of(volume, new Value.Amount(64_000))));
    }
}
