package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.DYNAMIC_R1;
import static dev.polder.offer.resource.Given.amount;
import static dev.polder.offer.resource.Given.disk;
import static dev.polder.offer.resource.Given.on;
import static dev.polder.offer.resource.Given.volume;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DiskResourcesTest {
    private static final Disk.Source PATH = Disk.Source.path("/p");
    private static final Disk.Source MOUNT = Disk.Source.mount("/m");
    private static final Disk.Source BLOCK =
            Disk.Source.of(Disk.Source.Type.BLOCK).withId("b");
    private static final Disk.Source POOL = Disk.Source.of(Disk.Source.Type.RAW).withProfile("fast");
    private static final Disk.Source RAW = POOL.withId("i");

    @Test
    void shouldDifferInPersistence() {
        assertThat(amount(volume("v1"), 10)).isEqualTo(amount(volume("v1"), 10));
        assertThat(amount(volume("v1"), 10)).isNotEqualTo(amount(volume("v2"), 10));
        assertThat(amount(volume("v1"), 10)).isNotEqualTo(amount(volume("v1"), 11));
        assertThat(amount(volume("v1"), 10)).isNotEqualTo(disk(10, DYNAMIC_R1));
    }

    @Test
    void shouldDifferInSource() {
        List<ResourceId> all = List.of(
                ResourceId.DISK,
                on(PATH),
                on(Disk.Source.path("/q")),
                on(Disk.Source.of(Disk.Source.Type.PATH)),
                on(MOUNT),
                on(Disk.Source.mount("/p")),
                on(BLOCK),
                on(POOL),
                on(RAW),
                on(RAW.withId("j")),
                on(RAW.withProfile("slow")),
                on(RAW.withVendor("x")),
                on(RAW.withMetadata(List.of(Label.of("k", "v")))),
                on(RAW.withMetadata(List.of(Label.of("k")))));

        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < all.size(); j++) {
                assertThat(all.get(i).equals(all.get(j)))
                        .as(all.get(i) + " and " + all.get(j))
                        .isEqualTo(i == j);
            }
        }
    }

    @Test
    void shouldAddUpOnlyDiskThatCanBeDivided() {
        assertThat(disk(10).plus(disk(20))).isEqualTo(disk(30));
        assertThat(amount(on(PATH), 10).plus(amount(on(PATH), 20))).isEqualTo(amount(on(PATH), 30));
        assertThat(amount(on(POOL), 10).plus(amount(on(POOL), 20))).isEqualTo(amount(on(POOL), 30));
    }

    @Test
    void shouldHaveTwoOfWhatComesAsAWholeWhenItIsAdded() {
        for (ResourceId whole : List.of(on(MOUNT), on(BLOCK), on(RAW), volume("v1"), volume("v1", PATH))) {
            Resources two = amount(whole, 10).plus(amount(whole, 10));

            assertThat(two)
                    .isEqualTo(Resources.of(whole, new Value.Amount(10, 2)))
                    .isNotEqualTo(amount(whole, 20));
            assertThat(two.scalar("disk")).isEqualTo(20);
            assertThat(two.minus(amount(whole, 10))).isEqualTo(amount(whole, 10));
            assertThat(amount(whole, 10).plus(amount(whole, 20)).scalar("disk")).isEqualTo(30);
        }
    }

    @Test
    void shouldTakeAwayWholeVolumesOnly() {
        Resources volumes = amount(volume("v1"), 10).plus(amount(volume("v2"), 20));

        assertThat(volumes.minus(amount(volume("v1"), 10))).isEqualTo(amount(volume("v2"), 20));
        assertThat(volumes.minusSaturating(amount(volume("v1"), 5))).isSameAs(volumes);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> volumes.minus(amount(volume("v1"), 5)))
                .withMessage("not enough disk(reservations: [(DYNAMIC,r1)])[v1:data]: 0.005 wanted, 0.01 there");
    }

    @Test
    void shouldTakeAwayPartsOfAPathAndWholeMounts() {
        assertThat(amount(on(PATH), 30).minus(amount(on(PATH), 10))).isEqualTo(amount(on(PATH), 20));
        assertThat(amount(on(MOUNT), 30).minus(amount(on(MOUNT), 30))).isEqualTo(Resources.EMPTY);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> amount(on(MOUNT), 30).minus(amount(on(MOUNT), 10)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> amount(on(RAW), 30).minus(amount(on(RAW), 10)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> amount(on(PATH), 30).minus(amount(on(Disk.Source.path("/q")), 10)));
    }

    @Test
    void shouldCoverTheSameVolumeOnly() {
        Resources volumes =
                amount(volume("v1"), 10).plus(amount(volume("v2"), 20)).plus(disk(50, DYNAMIC_R1));

        assertThat(volumes.covers(amount(volume("v2"), 20))).isTrue();
        assertThat(volumes.covers(amount(volume("v2"), 10))).isFalse();
        assertThat(volumes.covers(amount(volume("v1"), 10).plus(amount(volume("v1"), 10))))
                .isFalse();
        assertThat(volumes.covers(disk(51, DYNAMIC_R1))).isFalse();
    }

    @Test
    void shouldCoverPartsOfAPathAndWholeMounts() {
        assertThat(amount(on(PATH), 30).covers(amount(on(PATH), 10))).isTrue();
        assertThat(amount(on(POOL), 30).covers(amount(on(POOL), 10))).isTrue();
        assertThat(amount(on(MOUNT), 30).covers(amount(on(MOUNT), 30))).isTrue();
        assertThat(amount(on(MOUNT), 30).covers(amount(on(MOUNT), 10))).isFalse();
        assertThat(amount(on(BLOCK), 30).covers(amount(on(BLOCK), 10))).isFalse();
        assertThat(amount(on(RAW), 30).covers(amount(on(RAW), 10))).isFalse();
    }

    @Test
    void shouldTellPersistentVolumesFromOtherDisk() {
        Resources all = amount(volume("v1"), 10)
                .plus(amount(volume("v2", MOUNT), 20))
                .plus(disk(5))
                .plus(amount(on(MOUNT), 7));

        assertThat(all.filter(ResourceId::isPersistentVolume))
                .isEqualTo(amount(volume("v1"), 10).plus(amount(volume("v2", MOUNT), 20)));
    }

    @Test
    void shouldTakeAVolumeForWhatItIsWhereverItIsMounted() {
        ResourceId elsewhere = volume("v1").withDisk(Disk.of(Disk.Persistence.of("v1"), Disk.Volume.at("elsewhere")));

        assertThat(amount(volume("v1"), 10).covers(amount(elsewhere, 10))).isTrue();
        assertThat(amount(volume("v1"), 10).minus(amount(elsewhere, 10))).isEqualTo(Resources.EMPTY);
    }

    @Test
    void shouldFailRatherThanOverflowWhenCopiesAreCounted() {
        Resources many = Resources.of(on(MOUNT), new Value.Amount(Long.MAX_VALUE / 2, 3));

        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(many::quantities)
                .withMessageContaining("disk[MOUNT:/m]");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Resources.of(on(MOUNT), new Value.Amount(1, Long.MAX_VALUE))
                        .plus(amount(on(MOUNT), 1)))
                .withMessageContaining("disk[MOUNT:/m]");
    }

    @Test
    void shouldRefuseCopiesOfWhatCanBeDivided() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resources.of(ResourceId.CPUS, new Value.Amount(1, 2)))
                .withMessage("resource cpus: 2 copies, but it can be divided and has one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Value.Amount(0))
                .withMessageContaining("1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resources.of(ResourceId.CPUS, new Value.Numbers(Ranges.of(1, 2))))
                .withMessage("resource cpus is SCALAR, but its value [1-2] is RANGES");
    }
}
