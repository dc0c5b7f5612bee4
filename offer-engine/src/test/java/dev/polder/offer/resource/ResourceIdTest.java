package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.DYNAMIC_R1;
import static dev.polder.offer.resource.Given.DYNAMIC_R1_P1;
import static dev.polder.offer.resource.Given.STATIC_R1;
import static dev.polder.offer.resource.Given.on;
import static dev.polder.offer.resource.Given.reserved;
import static dev.polder.offer.resource.Given.volume;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ResourceIdTest {
    private static final Disk.Source MOUNT = Disk.Source.mount("/m");

    @Test
    void shouldBeTheConstantWhenNothingIsSaidOfAStandardScalar() {
        assertThat(ResourceId.scalar("cpus")).isSameAs(ResourceId.CPUS);
        assertThat(ResourceId.MEM.allocatedTo("r").unallocated()).isSameAs(ResourceId.MEM);
        assertThat(ResourceId.DISK.pushed(DYNAMIC_R1).popped()).isSameAs(ResourceId.DISK);
        assertThat(ResourceId.GPUS.withRevocable(true).withRevocable(false)).isSameAs(ResourceId.GPUS);
        assertThat(ResourceId.scalar("licences").isPlain()).isTrue();
        assertThat(ResourceId.CPUS.allocatedTo("r").isPlain()).isFalse();
    }

    @Test
    void shouldRefuseAnEmptyNameAndAnotherKindOfAStandardScalar() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceId.scalar(""))
                .withMessage("resource '': the name is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceId.of("mem", ResourceKind.SET))
                .withMessage("resource mem is SET here: mem is always a SCALAR");
    }

    @Test
    void shouldTellForWhomItIsReserved() {
        ResourceId refined = reserved(ResourceId.CPUS, STATIC_R1, Reservation.dynamic("r1/a"));

        assertThat(refined.reservationRole()).contains("r1/a");
        assertThat(refined.isReservedTo("r1/a")).isTrue();
        assertThat(refined.isReservedTo("r1")).isFalse();
        assertThat(refined.isRefined()).isTrue();
        assertThat(refined.isDynamicallyReserved()).isTrue();
        assertThat(refined.popped().isDynamicallyReserved()).isFalse();
        assertThat(refined.popped().isRefined()).isFalse();
        assertThat(refined.unreserved()).isSameAs(ResourceId.CPUS);
        assertThat(ResourceId.CPUS.isReserved()).isFalse();
        assertThat(ResourceId.CPUS.reservationRole()).isEmpty();
    }

    @Test
    void shouldBeAllocatableToTheRoleItIsReservedForAndToRolesBelow() {
        ResourceId id = reserved(ResourceId.CPUS, Reservation.dynamic("a/b"));

        assertThat(id.isAllocatableTo("a/b")).isTrue();
        assertThat(id.isAllocatableTo("a/b/c")).isTrue();
        assertThat(id.isAllocatableTo("a")).isFalse();
        assertThat(id.isAllocatableTo("a/bc")).isFalse();
        assertThat(id.isAllocatableTo("a/x")).isFalse();
        assertThat(ResourceId.CPUS.isAllocatableTo("anyone")).isTrue();
    }

    @Test
    void shouldRefuseAReservationThatRefinesNothing() {
        ResourceId id = reserved(ResourceId.CPUS, DYNAMIC_R1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> id.pushed(Reservation.dynamic("r2")))
                .withMessage("reservation (DYNAMIC,r2) refines (DYNAMIC,r1): role 'r2' does not lie below 'r1'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> id.pushed(DYNAMIC_R1_P1))
                .withMessageContaining("role 'r1' does not lie below 'r1'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> id.pushed(Reservation.ofOperator("r1/a")))
                .withMessageContaining("only a DYNAMIC one can refine another");
        assertThatIllegalArgumentException()
                .isThrownBy(ResourceId.CPUS::popped)
                .withMessage("resource cpus: is not reserved, nothing can be taken off");
    }

    @Test
    void shouldRefuseAReservationForNobody() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reservation.dynamic("*"))
                .withMessage("reservation for role '*': nothing can be reserved for it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reservation.dynamic("a//b"))
                .withMessage("role 'a//b': empty component at index 2");
    }

    @Test
    void shouldLieOnADiskOnlyIfItIsDisk() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceId.CPUS.withDisk(Disk.of(MOUNT)))
                .withMessage("resource cpus lies on MOUNT:/m: only 'disk' can lie on a disk");
    }

    @Test
    void shouldBeSharedOnlyIfItIsAPersistentVolume() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceId.CPUS.withShared(true))
                .withMessage("resource cpus: cannot be shared, only a persistent volume can be");
        assertThatIllegalArgumentException().isThrownBy(() -> on(MOUNT).withShared(true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> volume("v").withShared(true).withDisk(Disk.of(MOUNT)));
        assertThat(volume("v").withShared(true).isShared()).isTrue();
        assertThat(ResourceId.CPUS.withShared(false)).isSameAs(ResourceId.CPUS);
    }

    @Test
    void shouldComeAsAWholeOnAWholeDeviceAndAsAVolume() {
        assertThat(ResourceId.DISK.isDivisible()).isTrue();
        assertThat(on(Disk.Source.path("/p")).isDivisible()).isTrue();
        assertThat(on(Disk.Source.of(Disk.Source.Type.RAW)).isDivisible()).isTrue();

        assertThat(on(MOUNT).isDivisible()).isFalse();
        assertThat(on(Disk.Source.of(Disk.Source.Type.BLOCK)).isDivisible()).isFalse();
        assertThat(on(Disk.Source.of(Disk.Source.Type.RAW).withId("i")).isDivisible())
                .isFalse();
        assertThat(volume("v").isDivisible()).isFalse();
        assertThat(volume("v", Disk.Source.path("/p")).isDivisible()).isFalse();
    }

    @Test
    void shouldBecomeUnusedSpaceOnTheSameDiskWithoutItsVolume() {
        assertThat(volume("v").withShared(true).withoutVolume()).isEqualTo(reserved(ResourceId.DISK, DYNAMIC_R1));
        assertThat(volume("v", MOUNT).withoutVolume()).isEqualTo(on(MOUNT, DYNAMIC_R1));
        assertThat(on(MOUNT).withoutVolume()).isEqualTo(on(MOUNT));
        assertThat(ResourceId.CPUS.withoutVolume()).isSameAs(ResourceId.CPUS);
    }

    @Test
    void shouldNotBeAnotherBecauseOfHowItsVolumeIsMountedOrWhoMadeIt() {
        ResourceId made = ResourceId.DISK.withDisk(Disk.of(Disk.Persistence.of("v", "p1"), Disk.Volume.at("a")));
        ResourceId used = ResourceId.DISK.withDisk(Disk.of(Disk.Persistence.of("v", "p2"), Disk.Volume.at("b")));
        ResourceId other = ResourceId.DISK.withDisk(Disk.of(Disk.Persistence.of("w", "p1"), Disk.Volume.at("a")));

        assertThat(used).isEqualTo(made).hasSameHashCodeAs(made).isNotEqualTo(other);
        assertThat(used.isIdentical(made)).isFalse();
        assertThat(used.disk().orElseThrow().volume()).contains(Disk.Volume.at("b"));
    }

    @Test
    void shouldNotCareInWhichOrderLabelsCome() {
        Label a = Label.of("a", "1");
        Label b = Label.of("b");

        assertThat(reserved(ResourceId.CPUS, DYNAMIC_R1.withLabels(List.of(b, a))))
                .isEqualTo(reserved(ResourceId.CPUS, DYNAMIC_R1.withLabels(List.of(a, b))))
                .isNotEqualTo(reserved(ResourceId.CPUS, DYNAMIC_R1.withLabels(List.of(a, Label.of("b", "")))))
                .isNotEqualTo(reserved(ResourceId.CPUS, DYNAMIC_R1.withLabels(List.of(a))));
    }

    @Test
    void shouldHaveAHashThatIsTheSameInEveryJvm() {
        ResourceId id = reserved(ResourceId.DISK, STATIC_R1, Reservation.dynamic("r1/a", "p"))
                .withDisk(Disk.of(Disk.Source.of(Disk.Source.Type.RAW).withId("i")))
                .withRevocable(true)
                .withProvider("rp")
                .allocatedTo("r1/a");

        // computed once; what enums answer would differ from run to run
        assertThat(id.hashCode()).isEqualTo(1_818_171_224);
        assertThat(ResourceId.CPUS.hashCode()).isEqualTo(31 * "cpus".hashCode() + Metadata.NONE.hashCode());
    }

    @Test
    void shouldOrderEqualHashesByTheirFields() {
        // "Aa" and "BB" have the same hash
        ResourceId one = ResourceId.scalar("Aa");
        ResourceId other = ResourceId.scalar("BB");
        ResourceId forAa = reserved(ResourceId.CPUS, Reservation.dynamic("Aa"));
        ResourceId forBb = reserved(ResourceId.CPUS, Reservation.dynamic("BB"));

        assertThat("Aa").hasSameHashCodeAs("BB");
        assertThat(one).isNotEqualTo(other).isLessThan(other);
        assertThat(forAa).isNotEqualTo(forBb).isLessThan(forBb);
        Resources both = Given.amount(one, 1)
                .plus(Given.amount(forBb, 2))
                .plus(Given.amount(forAa, 3))
                .plus(Given.amount(other, 4));
        assertThat(both.covers(Given.amount(forBb, 2))).isTrue();
        assertThat(both.covers(Given.amount(forBb, 3))).isFalse();
        assertThat(both.scalar("BB")).isEqualTo(4);
        assertThat(both.scalar("cpus")).isEqualTo(5);
    }

    @Test
    void shouldTellFieldsApartWhoseHashesAreTheSame() {
        Reservation reservation = Reservation.dynamic("r", "Aa").withLabels(List.of(Label.of("k", "Aa")));
        Disk.Source source = new Disk.Source(
                Disk.Source.Type.MOUNT,
                Optional.of("Aa"),
                Optional.of("Aa"),
                Optional.of("Aa"),
                Optional.of("Aa"),
                List.of(Label.of("Aa")));
        Disk.Persistence volume = Disk.Persistence.of("Aa");

        requireApart(
                ResourceId.CPUS.pushed(reservation),
                ResourceId.CPUS.pushed(Reservation.dynamic("r", "BB").withLabels(reservation.labels())));
        requireApart(
                ResourceId.CPUS.pushed(reservation),
                ResourceId.CPUS.pushed(reservation.withLabels(List.of(Label.of("k", "BB")))));
        requireApart(
                on(source),
                on(Disk.Source.mount("BB")
                        .withId("Aa")
                        .withProfile("Aa")
                        .withVendor("Aa")
                        .withMetadata(source.metadata())));
        requireApart(on(source), on(source.withId("BB")));
        requireApart(on(source), on(source.withProfile("BB")));
        requireApart(on(source), on(source.withVendor("BB")));
        requireApart(on(source), on(source.withMetadata(List.of(Label.of("BB")))));
        requireApart(
                ResourceId.DISK.withDisk(Disk.of(volume, Disk.Volume.at("d"))),
                ResourceId.DISK.withDisk(Disk.of(Disk.Persistence.of("BB"), Disk.Volume.at("d"))));
        requireApart(ResourceId.CPUS.withProvider("Aa"), ResourceId.CPUS.withProvider("BB"));
        requireApart(ResourceId.CPUS.allocatedTo("Aa"), ResourceId.CPUS.allocatedTo("BB"));
        requireApart(ResourceId.of("x", ResourceKind.SCALAR), ResourceId.of("x", ResourceKind.SET));
    }

    @Test
    void shouldHashLabelsTheSameInEveryJvm() {
        ResourceId labelled =
                reserved(ResourceId.CPUS, DYNAMIC_R1.withLabels(List.of(Label.of("k", "v"), Label.of("l"))));

        // computed once
        assertThat(labelled.hashCode()).isEqualTo(-419_519_126);
        assertThat(Label.of("k", "v").hashCode()).isEqualTo(31 * "k".hashCode() + "v".hashCode());
    }

    private static void requireApart(ResourceId first, ResourceId second) {
        assertThat(first).hasSameHashCodeAs(second).isNotEqualTo(second).isLessThan(second);
        assertThat(second).isGreaterThan(first);
    }

    @Test
    void shouldBeWrittenAsMesosWritesIt() {
        assertThat(reserved(ResourceId.CPUS, DYNAMIC_R1_P1)).hasToString("cpus(reservations: [(DYNAMIC,r1,p1)])");
        assertThat(reserved(ResourceId.CPUS, DYNAMIC_R1).allocatedTo("r1"))
                .hasToString("cpus(allocated: r1)(reservations: [(DYNAMIC,r1)])");
        assertThat(reserved(
                        ResourceId.CPUS,
                        STATIC_R1,
                        Reservation.dynamic("r1/a", "p").withLabels(List.of(Label.of("k", "v"), Label.of("l")))))
                .hasToString("cpus(reservations: [(STATIC,r1),(DYNAMIC,r1/a,p,{k: v, l})])");
        assertThat(ResourceId.CPUS.withRevocable(true)).hasToString("cpus{REV}");
        assertThat(volume("v").withShared(true)).hasToString("disk(reservations: [(DYNAMIC,r1)])[v:data]<SHARED>");
        assertThat(volume("v", MOUNT)).hasToString("disk(reservations: [(DYNAMIC,r1)])[MOUNT:/m,v:data]");
        assertThat(on(Disk.Source.of(Disk.Source.Type.RAW)
                        .withId("i")
                        .withProfile("f")
                        .withVendor("x")))
                .hasToString("disk[RAW(x,i,f)]");
        assertThat(on(Disk.Source.of(Disk.Source.Type.BLOCK))).hasToString("disk[BLOCK]");
        assertThat(new Disk.Volume(Disk.Volume.Mode.RO, "c", Optional.of("/h"))).hasToString("/h:c:ro");
    }

    @Test
    void shouldRefuseADiskOfWhichNothingIsSaid() {
        Optional<Disk.Volume> volume = Optional.of(Disk.Volume.at("data"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Disk(Optional.empty(), Optional.empty(), Optional.empty()))
                .withMessageContaining("neither source nor persistence");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Disk(Optional.of(MOUNT), Optional.empty(), volume))
                .withMessageContaining("only persistent volumes are supported");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Disk.Source(
                        Disk.Source.Type.RAW,
                        Optional.of("/x"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of()))
                .withMessage("disk source RAW has the root '/x': only PATH and MOUNT have one");
    }
}
