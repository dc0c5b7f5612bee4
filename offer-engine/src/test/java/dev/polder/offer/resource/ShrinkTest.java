package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.amount;
import static dev.polder.offer.resource.Given.on;
import static dev.polder.offer.resource.Given.text;
import static dev.polder.offer.resource.Given.volume;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ShrinkTest {
    private static final Disk.Source MOUNT = Disk.Source.mount("/m");

    @Test
    void shouldLeaveAsMuchAsTheQuantitiesSayAndNothingOfOtherNames() {
        Resources all = text("cpus:4;mem:100;disk:50;ports:[1-5];drives:{a};licences:3");

        assertThat(all.shrinkTo(ResourceText.parseQuantities("cpus:1;mem:200;licences:2")))
                .isEqualTo(text("cpus:1;mem:100;licences:2"));
        assertThat(all.shrinkTo(Quantities.EMPTY)).isEqualTo(Resources.EMPTY);
        assertThat(text("cpus:4;mem:1").shrinkTo(ResourceText.parseQuantities("cpus:9;mem:1")))
                .isEqualTo(text("cpus:4;mem:1"));
    }

    @Test
    void shouldBeTheSameObjectIfNothingIsTooMuch() {
        Resources plain = text("cpus:4;mem:1");
        Resources special = text("cpus:4;cpus(r):1");

        assertThat(plain.shrinkTo(plain.quantities())).isSameAs(plain);
        assertThat(special.shrinkTo(special.quantities())).isSameAs(special);
        assertThat(special.shrinkTo(Limits.NONE)).isSameAs(special);
    }

    @Test
    void shouldCountAllOfOneNameTogether() {
        Resources all = text("cpus:2;cpus(r1):2;cpus(r2):2");

        Resources left = all.shrinkTo(ResourceText.parseQuantities("cpus:3"));

        assertThat(left.scalar("cpus")).isEqualTo(3000);
        assertThat(left.cpus()).isEqualTo(2000);
        assertThat(all.covers(left)).isTrue();
        assertThat(left).isEqualTo(all.shrinkTo(ResourceText.parseQuantities("cpus:3")));
    }

    @Test
    void shouldLeaveWhatComesAsAWholeOrNotAtAll() {
        Resources mounted = amount(on(MOUNT), 50_000);
        Resources twice = mounted.plus(mounted);

        assertThat(mounted.shrinkTo(ResourceText.parseQuantities("disk:50"))).isEqualTo(mounted);
        assertThat(mounted.shrinkTo(ResourceText.parseQuantities("disk:49.999")))
                .isEqualTo(Resources.EMPTY);
        assertThat(twice.shrinkTo(ResourceText.parseQuantities("disk:99"))).isEqualTo(mounted);
        assertThat(mounted.plus(text("disk:10")).shrinkTo(ResourceText.parseQuantities("disk:59")))
                .isEqualTo(text("disk:10"));
    }

    @Test
    void shouldLeaveAllCopiesOfASharedVolumeOrNone() {
        Resources shared = Resources.of(volume("v").withShared(true), new Value.Amount(50_000, 3));

        assertThat(shared.shrinkTo(ResourceText.parseQuantities("disk:50"))).isEqualTo(shared);
        assertThat(shared.shrinkTo(ResourceText.parseQuantities("disk:49"))).isEqualTo(Resources.EMPTY);
    }

    @Test
    void shouldLeaveAllOfWhatHasNoLimit() {
        Resources all = text("cpus:4;cpus(r):4;mem:100;gpus:1;ports:[1-5];drives:{a}");

        assertThat(all.shrinkTo(Limits.of(Map.of("mem", 50_000L, "gpus", 0L, "disk", 7L))))
                .isEqualTo(text("cpus:4;cpus(r):4;mem:50;ports:[1-5];drives:{a}"));
        assertThat(all.shrinkTo(Limits.of(Map.of("cpus", 5_000L))).scalar("cpus"))
                .isEqualTo(5_000);
    }
}
