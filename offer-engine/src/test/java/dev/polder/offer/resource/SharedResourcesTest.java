package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.amount;
import static dev.polder.offer.resource.Given.text;
import static dev.polder.offer.resource.Given.volume;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class SharedResourcesTest {
    private static final ResourceId SHARED = volume("v1").withShared(true);

    private static Resources shared(long copies) {
        return Resources.of(SHARED, new Value.Amount(50_000, copies));
    }

    @Test
    void shouldShowHowManyCopiesThereAre() {
        assertThat(shared(1)).hasToString("disk(reservations: [(DYNAMIC,r1)])[v1:data]<SHARED>:50<1>");
        assertThat(shared(3)).hasToString("disk(reservations: [(DYNAMIC,r1)])[v1:data]<SHARED>:50<3>");
        assertThat(amount(volume("v1"), 50_000)).hasToString("disk(reservations: [(DYNAMIC,r1)])[v1:data]:50");
    }

    @Test
    void shouldAddCopiesAndCountTheVolumeOnce() {
        Resources two = shared(1).plus(shared(1));

        assertThat(two).isEqualTo(shared(2)).isNotEqualTo(shared(1));
        assertThat(two.scalar("disk")).isEqualTo(50_000);
        assertThat(two.quantities().disk()).isEqualTo(50_000);
    }

    @Test
    void shouldTakeAwayCopiesUntilNoneIsLeft() {
        assertThat(shared(3).minus(shared(1))).isEqualTo(shared(2));
        assertThat(shared(3).minus(shared(3))).isSameAs(Resources.EMPTY);
        assertThat(shared(1).minusSaturating(shared(2))).isSameAs(Resources.EMPTY);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shared(1).minus(shared(2)))
                .withMessageEndingWith("50<2> wanted, 50<1> there");
    }

    @Test
    void shouldCalculateWithCopiesAmongOthers() {
        Resources rest = text("cpus:1;mem:5");

        assertThat(shared(2).plus(rest).minus(shared(1)).plus(shared(3)).minus(rest))
                .isEqualTo(shared(4));
        assertThat(shared(1).plus(rest).covers(shared(1))).isTrue();
        assertThat(shared(1).plus(rest).covers(shared(2))).isFalse();
    }

    @Test
    void shouldNotMixVolumesOfOneNameAndTwoSizes() {
        Resources other = amount(SHARED, 20_000);
        Resources both = shared(1).plus(other);

        assertThat(both.scalar("disk")).isEqualTo(70_000);
        assertThat(both.minus(shared(1))).isEqualTo(other);
        assertThat(both.covers(shared(2))).isFalse();
        assertThat(both.minusSaturating(amount(SHARED, 30_000))).isSameAs(both);
    }

    @Test
    void shouldNotMixSharedVolumesWithOthers() {
        Resources alone = amount(volume("v1"), 50_000);

        assertThat(shared(1)).isNotEqualTo(alone);
        assertThat(shared(1).covers(alone)).isFalse();
        assertThat(alone.covers(shared(1))).isFalse();
        assertThat(shared(1).plus(alone).scalar("disk")).isEqualTo(100_000);
        assertThat(shared(1).plus(alone).minus(alone)).isEqualTo(shared(1));
    }

    @Test
    void shouldTellSharedFromOthers() {
        Resources all = shared(2).plus(text("cpus:1;disk(r1):5"));

        assertThat(all.filter(ResourceId::isShared)).isEqualTo(shared(2));
        assertThat(all.filter(id -> !id.isShared())).isEqualTo(text("cpus:1;disk(r1):5"));
    }

    @Test
    void shouldKeepCopiesWhenItIsAllocated() {
        assertThat(shared(3).allocatedTo("r1").unallocated()).isEqualTo(shared(3));
    }
}
