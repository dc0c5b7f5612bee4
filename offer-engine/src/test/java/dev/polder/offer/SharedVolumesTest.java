package dev.polder.offer;

import static dev.polder.offer.Desk.limit;
import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.ResourceOperation;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A volume of 10 MiB that is reserved to role a and that many may use at a time. */
final class SharedVolumesTest {
    private static final Resources VOLUME = Resources.of(Stocks.SHARED_VOLUME, new Value.Amount(10_000));

    private final Desk desk = new Desk(Minimum.NONE);
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(
            AgentProfile.of(resources("cpus:4;disk(a):10;disk:20").plus(VOLUME)));
    private final int first = add("first", "a");
    private final int second = add("second", "a");

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldOfferAVolumeToTheNextWhileOneUsesIt() {
        Offer all = desk.runForOne(0);
        engine.accept(0, all.id(), resources("cpus:1").plus(VOLUME), 600_000);

        Offer rest = desk.runForOne(0);

        assertThat(all.framework()).isEqualTo(first);
        assertThat(rest.framework()).isEqualTo(second);
        assertThat(rest.resources())
                .isEqualTo(resources("cpus:3;disk(a):10;disk:20").plus(VOLUME));
    }

    @Test
    void shouldOfferAVolumeToOneAtATime() {
        desk.use(first, "a", agent, "cpus:4;disk(a):10;disk:20");

        Offer only = desk.runForOne(0);

        assertThat(only.resources()).isEqualTo(VOLUME);
        assertThat(desk.run(0)).as("it is in an offer").isEmpty();
        engine.accept(0, only.id(), VOLUME, 600_000);
        assertThat(desk.run(0)).as("and again beside its use").hasSize(1);
    }

    @Test
    void shouldKeepVolumesFromOneWhoDoesNotKnowThem() {
        int unable = desk.addFramework("a");
        desk.use(first, "a", agent, "cpus:4;disk(a):10");
        engine.suppress(first, "a");
        engine.suppress(second, "a");

        Offer offer = desk.runForOne(0);

        assertThat(offer.framework()).isEqualTo(unable);
        assertThat(offer.resources()).isEqualTo(resources("disk:20"));
    }

    @Test
    void shouldOfferAVolumeThatWasMadeOfAnOffer() {
        Resources made = Resources.of(Stocks.volume("v9").withShared(true), new Value.Amount(5_000));
        Conversion create = new ResourceOperation.Create(made).conversion();
        Offer offer = desk.runForOne(0);

        engine.accept(
                0, List.of(offer.id()), List.of(create), resources("cpus:1").plus(made), 600_000);

        Offer next = desk.runForOne(0);
        assertThat(next.framework()).isEqualTo(second);
        assertThat(next.resources())
                .isEqualTo(resources("cpus:3;disk(a):5;disk:20").plus(VOLUME).plus(made));
    }

    @Test
    void shouldNotDestroyAVolumeThatIsInUse() {
        Conversion destroy = new ResourceOperation.Destroy(VOLUME).conversion();
        engine.use(first, "a", agent, VOLUME, desk);
        Offer offer = desk.runForOne(0);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.accept(0, List.of(offer.id()), List.of(destroy), Resources.EMPTY, 0))
                .withMessageContaining("still in use on agent 0");
        engine.release(first, "a", agent, VOLUME);
        engine.accept(0, List.of(offer.id()), List.of(destroy), Resources.EMPTY, 0);

        assertThat(engine.total(agent)).isEqualTo(resources("cpus:4;disk(a):20;disk:20"));
    }

    @Test
    void shouldChargeAFrameworkOnceHoweverManyCopiesItUses() {
        engine.use(first, "a", agent, VOLUME.plus(VOLUME), desk);
        engine.use(first, "a", agent, VOLUME, desk);
        checkShares(0.25, 0);

        engine.release(first, "a", agent, VOLUME.plus(VOLUME));
        checkShares(0.25, 0);
        engine.release(first, "a", agent, VOLUME);

        checkShares(0, 0);
        assertThat(engine.dominantShare("a")).isZero();
    }

    @Test
    void shouldChargeEachFrameworkAndTheirRoleOnce() {
        engine.use(first, "a", agent, VOLUME, desk);
        engine.use(second, "a", agent, VOLUME, desk);

        checkShares(0.25, 0.25);
        assertThat(engine.dominantShare("a")).as("one volume").isEqualTo(0.25, within(1e-9));
        engine.release(first, "a", agent, VOLUME);
        checkShares(0, 0.25);
        assertThat(engine.dominantShare("a")).isEqualTo(0.25, within(1e-9));
    }

    @Test
    void shouldCountAVolumeOnceInTheTotalOfTheCluster() {
        engine.use(first, "a", agent, VOLUME, desk);
        engine.use(second, "a", agent, VOLUME, desk);
        desk.use(first, "a", agent, "disk:20");

        assertThat(engine.dominantShare(first, "a")).as("30 of 40").isEqualTo(0.75, within(1e-9));
        assertThat(engine.used(agent))
                .isEqualTo(resources("disk:20").plus(VOLUME).plus(VOLUME));
        assertThat(engine.free(agent)).isEqualTo(resources("cpus:4;disk(a):10").plus(VOLUME));
    }

    @Test
    void shouldCountAVolumeOnceForQuota() {
        engine.use(first, "a", agent, VOLUME, desk);
        engine.use(second, "a", agent, VOLUME, desk);

        desk.setQuota("a", limit("disk:25"));

        assertThat(desk.runForOne(0).resources())
                .as("10 reserved and the volume are 20 of the 25")
                .isEqualTo(resources("cpus:4;disk(a):10;disk:5").plus(VOLUME));
    }

    private int add(String name, String role) {
        return desk.addFramework(FrameworkProfile.of(name, role).with(Capability.SHARED_RESOURCES));
    }

    private void checkShares(double ofFirst, double ofSecond) {
        assertThat(engine.dominantShare(first, "a")).isEqualTo(ofFirst, within(1e-9));
        assertThat(engine.dominantShare(second, "a")).isEqualTo(ofSecond, within(1e-9));
    }
}
