package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.DYNAMIC_R1;
import static dev.polder.offer.resource.Given.DYNAMIC_R1_P1;
import static dev.polder.offer.resource.Given.STATIC_R1;
import static dev.polder.offer.resource.Given.amount;
import static dev.polder.offer.resource.Given.cpus;
import static dev.polder.offer.resource.Given.disk;
import static dev.polder.offer.resource.Given.on;
import static dev.polder.offer.resource.Given.reserved;
import static dev.polder.offer.resource.Given.text;
import static dev.polder.offer.resource.Given.volume;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.resource.ResourceOperation.Create;
import dev.polder.offer.resource.ResourceOperation.Destroy;
import dev.polder.offer.resource.ResourceOperation.Grow;
import dev.polder.offer.resource.ResourceOperation.Reserve;
import dev.polder.offer.resource.ResourceOperation.Shrink;
import dev.polder.offer.resource.ResourceOperation.Unreserve;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ResourceOperationTest {
    private static final Disk.Source PATH = Disk.Source.path("/p");
    private static final Disk.Source MOUNT = Disk.Source.mount("/m");

    private static void requireProblem(ResourceOperation operation, String problem) {
        assertThat(operation.problem())
                .hasValueSatisfying(found -> assertThat(found).contains(problem));
        assertThatIllegalArgumentException().isThrownBy(operation::conversion).withMessageContaining(problem);
    }

    private static Resources apply(Resources there, ResourceOperation... operations) {
        Resources after = there;
        for (ResourceOperation operation : operations) {
            after = after.apply(operation.conversion());
        }
        return after;
    }

    // ---- RESERVE and UNRESERVE

    @Test
    void shouldReserveWhatIsUnreserved() {
        Resources after = apply(
                text("cpus:4;mem:100;ports:[1-9]"),
                new Reserve(text("cpus:1;ports:[1-2]").push(DYNAMIC_R1)));

        assertThat(after)
                .isEqualTo(text("cpus:3;mem:100;ports:[3-9]")
                        .plus(text("cpus:1;ports:[1-2]").push(DYNAMIC_R1)));
    }

    @Test
    void shouldRefineAReservation() {
        Reservation refined = Reservation.dynamic("r1/a");

        assertThat(apply(cpus(3000, STATIC_R1), new Reserve(cpus(1000, STATIC_R1, refined))))
                .isEqualTo(cpus(2000, STATIC_R1).plus(cpus(1000, STATIC_R1, refined)));
    }

    @Test
    void shouldReserveNothingThatIsNotThere() {
        Conversion conversion = new Reserve(cpus(100_000, DYNAMIC_R1)).conversion();
        Resources there = text("cpus:4;mem:1");

        assertThat(conversion.problemOn(there))
                .contains("cpus:4; mem:1 does not contain cpus:100: not enough cpus: 100 wanted, 4 there");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> there.apply(conversion))
                .withMessageContaining("cpus:100");
    }

    @Test
    void shouldReserveOnlyDynamicallyForTheRoleThatWasOfferedIt() {
        requireProblem(new Reserve(Resources.EMPTY), "no resources: there must be some");
        requireProblem(new Reserve(cpus(1)), "is not dynamically reserved");
        requireProblem(new Reserve(cpus(1, STATIC_R1)), "is not dynamically reserved");
        requireProblem(
                new Reserve(amount(reserved(ResourceId.CPUS, DYNAMIC_R1).withRevocable(true), 1)), "is revocable");
        requireProblem(new Reserve(amount(volume("v"), 1)), "is a persistent volume");
        requireProblem(
                new Reserve(cpus(1, DYNAMIC_R1).allocatedTo("r2")),
                "is reserved for role 'r1', but was offered to 'r2'");
        requireProblem(
                new Reserve(cpus(1, DYNAMIC_R1)
                        .plus(amount(reserved(ResourceId.MEM, DYNAMIC_R1).withProvider("rp"), 1))),
                "are of several providers");
        assertThat(new Reserve(cpus(1, DYNAMIC_R1).allocatedTo("r1")).problem()).isEmpty();
    }

    @Test
    void shouldChangeReservationsInOneStep() {
        Resources source = text("cpus:2;mem:5").push(DYNAMIC_R1).push(Reservation.dynamic("r1/a"));
        Resources target = text("cpus:2;mem:5").push(Reservation.dynamic("r2"));

        assertThat(apply(source.plus(cpus(7)), new Reserve(source, target))).isEqualTo(target.plus(cpus(7)));
        requireProblem(new Reserve(source, text("cpus:2;mem:6").push(DYNAMIC_R1)), "must differ in reservations alone");
        requireProblem(
                new Reserve(cpus(1, DYNAMIC_R1).plus(cpus(1)), cpus(2, DYNAMIC_R1_P1)),
                "reservations on either side must be the same");
        requireProblem(new Reserve(amount(volume("v"), 1), disk(1, DYNAMIC_R1)), "is a persistent volume");
    }

    @Test
    void shouldTakeTheLastReservationBack() {
        Reservation refined = Reservation.dynamic("r1/a");
        Resources there = cpus(3000, DYNAMIC_R1).plus(cpus(500, DYNAMIC_R1, refined));

        assertThat(apply(there, new Unreserve(cpus(1000, DYNAMIC_R1).plus(cpus(500, DYNAMIC_R1, refined)))))
                .isEqualTo(cpus(2500, DYNAMIC_R1).plus(cpus(1000)));
    }

    @Test
    void shouldTakeBackOnlyDynamicReservationsWithoutAVolume() {
        requireProblem(new Unreserve(Resources.EMPTY), "no resources");
        requireProblem(new Unreserve(cpus(1)), "is not dynamically reserved");
        requireProblem(new Unreserve(cpus(1, STATIC_R1)), "is not dynamically reserved");
        requireProblem(new Unreserve(amount(volume("v"), 1)), "destroy it first");
        assertThat(new Unreserve(cpus(1, DYNAMIC_R1)).conversion().problemOn(cpus(1, DYNAMIC_R1_P1)))
                .isPresent();
    }

    // ---- CREATE and DESTROY

    @Test
    void shouldMakeAVolumeOfReservedDiskAndUndoIt() {
        Resources there = disk(100_000, DYNAMIC_R1).plus(cpus(1000));
        Resources volume = amount(volume("v"), 30_000);

        Resources with = apply(there, new Create(volume));

        assertThat(with).isEqualTo(disk(70_000, DYNAMIC_R1).plus(cpus(1000)).plus(volume));
        assertThat(with.scalars()).isEqualTo(there.scalars());
        assertThat(apply(with, new Destroy(volume))).isEqualTo(there);
    }

    @Test
    void shouldMakeAVolumeOfAWholeMountOnly() {
        Resources there = amount(on(MOUNT, DYNAMIC_R1), 50_000);

        assertThat(apply(there, new Create(amount(volume("v", MOUNT), 50_000))))
                .isEqualTo(amount(volume("v", MOUNT), 50_000));
        assertThat(new Create(amount(volume("v", MOUNT), 20_000)).conversion().problemOn(there))
                .isPresent();
        assertThat(apply(amount(on(PATH, DYNAMIC_R1), 50_000), new Create(amount(volume("v", PATH), 20_000))))
                .isEqualTo(amount(volume("v", PATH), 20_000).plus(amount(on(PATH, DYNAMIC_R1), 30_000)));
    }

    @Test
    void shouldMakeASharedVolumeOfDiskThatIsNot() {
        Resources shared = amount(volume("v").withShared(true), 30_000);

        assertThat(apply(disk(30_000, DYNAMIC_R1), new Create(shared))).isEqualTo(shared);
        assertThat(apply(shared, new Destroy(shared))).isEqualTo(disk(30_000, DYNAMIC_R1));
    }

    @Test
    void shouldNotDestroyASharedVolumeOfWhichThereAreMoreCopies() {
        Resources one = amount(volume("v").withShared(true), 30_000);
        Resources other = amount(volume("w").withShared(true), 30_000);

        assertThat(new Destroy(one).conversion().problemOn(one.plus(one).plus(other)))
                .contains(
                        "persistent volume disk(reservations: [(DYNAMIC,r1)])[v:data]<SHARED>:30<1> cannot be removed:"
                                + " there are more copies of it");
        assertThat(apply(one.plus(other).plus(other), new Destroy(one)))
                .isEqualTo(other.plus(other).plus(disk(30_000, DYNAMIC_R1)));
    }

    @Test
    void shouldMakeVolumesOnlyAsTheRulesSay() {
        ResourceId unreserved = ResourceId.DISK.withDisk(Disk.of(Disk.Persistence.of("v"), Disk.Volume.at("d")));
        ResourceId unmounted = reserved(ResourceId.DISK, DYNAMIC_R1)
                .withDisk(new Disk(Optional.empty(), Optional.of(Disk.Persistence.of("v")), Optional.empty()));
        ResourceId readOnly = mounted(new Disk.Volume(Disk.Volume.Mode.RO, "d", Optional.empty()));
        ResourceId hosted = mounted(new Disk.Volume(Disk.Volume.Mode.RW, "d", Optional.of("/h")));

        requireProblem(new Create(Resources.EMPTY), "no volumes");
        requireProblem(new Create(disk(1, DYNAMIC_R1)), "is no persistent volume");
        requireProblem(new Create(amount(unreserved, 1)), "is not reserved");
        requireProblem(new Create(amount(volume("v").withRevocable(true), 1)), "is revocable");
        requireProblem(new Create(amount(unmounted, 1)), "'volume' must be there");
        requireProblem(new Create(amount(readOnly, 1)), "mode is RO");
        requireProblem(new Create(amount(hosted, 1)), "has the host path '/h'");
        requireProblem(new Create(amount(volume("a/b"), 1)), "volume 'a/b': character U+002F at index 1");
        requireProblem(new Create(amount(volume("x".repeat(256)), 1)), "256 bytes, at most 255");
        requireProblem(
                new Create(
                        amount(volume("v", Disk.Source.of(Disk.Source.Type.RAW).withId("i")), 1)),
                "lies on a RAW source");
        requireProblem(new Create(Resources.of(volume("v"), new Value.Amount(1, 2))), "is there 2 times");
        requireProblem(new Create(amount(volume("v"), 1).plus(amount(volume("v", PATH), 1))), "'v' is there twice");
        assertThat(new Create(amount(volume("v"), 1).plus(amount(volume("w"), 1))).problem())
                .isEmpty();
    }

    private static ResourceId mounted(Disk.Volume volume) {
        return reserved(ResourceId.DISK, DYNAMIC_R1).withDisk(Disk.of(Disk.Persistence.of("v"), volume));
    }

    @Test
    void shouldDestroyOnlyVolumesThatAreThere() {
        requireProblem(new Destroy(Resources.EMPTY), "no volumes");
        requireProblem(new Destroy(disk(1, DYNAMIC_R1)), "is no persistent volume");
        assertThat(new Destroy(amount(volume("v"), 1)).conversion().problemOn(amount(volume("w"), 1)))
                .isPresent();
    }

    // ---- GROW and SHRINK

    @Test
    void shouldGrowAVolumeByFreeSpaceOfTheSameDisk() {
        Resources there = amount(volume("v"), 30_000).plus(disk(50_000, DYNAMIC_R1));

        assertThat(apply(there, new Grow(amount(volume("v"), 30_000), disk(20_000, DYNAMIC_R1))))
                .isEqualTo(amount(volume("v"), 50_000).plus(disk(30_000, DYNAMIC_R1)));
    }

    @Test
    void shouldShrinkAVolumeAndFreeTheRest() {
        assertThat(apply(amount(volume("v", PATH), 30_000), new Shrink(amount(volume("v", PATH), 30_000), 10_000)))
                .isEqualTo(amount(volume("v", PATH), 20_000).plus(amount(on(PATH, DYNAMIC_R1), 10_000)));
    }

    @Test
    void shouldResizeOnlyAsTheRulesSay() {
        Resources volume = amount(volume("v"), 30);
        Resources space = disk(10, DYNAMIC_R1);
        Resources onMount = amount(volume("v", MOUNT), 30);
        Resources shared = amount(volume("v").withShared(true), 30);
        Resources provided = amount(volume("v").withProvider("rp"), 30);

        requireProblem(new Grow(Resources.EMPTY, space), "must be one volume");
        requireProblem(new Grow(volume.plus(onMount), space), "must be one volume");
        requireProblem(new Grow(disk(1, DYNAMIC_R1), space), "is no persistent volume");
        requireProblem(new Grow(volume, Resources.EMPTY), "no addition");
        requireProblem(new Grow(volume, disk(10)), "addition disk:0.01: must be disk(reservations: [(DYNAMIC,r1)])");
        requireProblem(new Grow(volume, space.plus(cpus(1))), "addition");
        requireProblem(new Grow(onMount, amount(on(MOUNT, DYNAMIC_R1), 10)), "so it cannot grow");
        requireProblem(new Grow(shared, space), "is shared");
        requireProblem(new Grow(provided, space), "is a provider's");
        requireProblem(new Shrink(onMount, 10), "so it cannot shrink");
        requireProblem(new Shrink(shared, 10), "is shared");
        requireProblem(new Shrink(provided, 10), "is a provider's");
        requireProblem(new Shrink(volume, 0), "cannot shrink by 0 thousandths");
        requireProblem(new Shrink(volume, 30), "must be 1 or more and less than its size, 30");
        assertThat(new Shrink(volume, 29).problem()).isEmpty();
    }

    @Test
    void shouldFindWhatEarlierOperationsMade() {
        Resources offered = text("cpus:1;disk:100");
        Resources volume = amount(volume("v"), 30_000);

        Resources after = apply(
                offered,
                new Reserve(disk(60_000, DYNAMIC_R1)),
                new Create(volume),
                new Grow(volume, disk(10_000, DYNAMIC_R1)),
                new Shrink(amount(volume("v"), 40_000), 10_000),
                new Destroy(volume),
                new Unreserve(disk(60_000, DYNAMIC_R1)));

        assertThat(after).isEqualTo(offered);
    }
}
