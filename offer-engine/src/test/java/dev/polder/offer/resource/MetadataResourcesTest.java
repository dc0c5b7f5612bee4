package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.amount;
import static dev.polder.offer.resource.Given.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is revocable, allocated or a provider's is not the same as what is not. */
final class MetadataResourcesTest {
    private static ResourceId revocable(ResourceId id) {
        return id.withRevocable(true);
    }

    private static ResourceId provided(ResourceId id) {
        return id.withProvider("rp1");
    }

    private static ResourceId allocated(ResourceId id) {
        return id.allocatedTo("r1");
    }

    private static Resources cpus(UnaryOperator<ResourceId> change, long thousandths) {
        return amount(change.apply(ResourceId.CPUS), thousandths);
    }

    private static void requireApart(UnaryOperator<ResourceId> change) {
        Resources plain = cpus(id -> id, 2000);
        Resources special = cpus(change, 1000);
        Resources both = plain.plus(special);

        assertThat(special).isEqualTo(cpus(change, 1000)).isNotEqualTo(cpus(change, 2000));
        assertThat(special).isNotEqualTo(cpus(id -> id, 1000));
        assertThat(special.plus(special)).isEqualTo(cpus(change, 2000));
        assertThat(both.scalar("cpus")).isEqualTo(3000);
        assertThat(both.minus(special)).isEqualTo(plain);
        assertThat(both.minus(plain)).isEqualTo(special);
        assertThat(both.minus(cpus(change, 400))).isEqualTo(plain.plus(cpus(change, 600)));
        assertThatIllegalArgumentException().isThrownBy(() -> both.minus(cpus(change, 1001)));
        assertThat(both.covers(cpus(change, 1000))).isTrue();
        assertThat(both.covers(cpus(change, 2000))).isFalse();
        assertThat(both.covers(cpus(id -> id, 3000))).isFalse();
        assertThat(both.plain()).isEqualTo(plain);
        assertThat(both.special()).isEqualTo(special);
    }

    @Test
    void shouldKeepRevocableResourcesApart() {
        requireApart(MetadataResourcesTest::revocable);
        assertThat(cpus(MetadataResourcesTest::revocable, 500)).hasToString("cpus{REV}:0.5");
    }

    @Test
    void shouldTellRevocableResourcesFromOthers() {
        Resources all = cpus(MetadataResourcesTest::revocable, 500).plus(text("cpus:1;mem:5"));

        assertThat(all.filter(ResourceId::isRevocable)).isEqualTo(cpus(MetadataResourcesTest::revocable, 500));
        assertThat(all.filter(id -> !id.isRevocable())).isEqualTo(text("cpus:1;mem:5"));
    }

    @Test
    void shouldKeepResourcesOfAProviderApart() {
        requireApart(MetadataResourcesTest::provided);
        assertThat(cpus(MetadataResourcesTest::provided, 1)).isNotEqualTo(cpus(id -> id.withProvider("rp2"), 1));
    }

    @Test
    void shouldKeepAllocatedResourcesApart() {
        requireApart(MetadataResourcesTest::allocated);
        assertThat(cpus(MetadataResourcesTest::allocated, 1)).isNotEqualTo(cpus(id -> id.allocatedTo("r2"), 1));
    }

    @Test
    void shouldAllocateAllAndTakeItBack() {
        Resources all = text("cpus:1;mem:2;ports:[1-5];cpus(r1):3");
        Resources allocated = all.allocatedTo("r1");

        assertThat(allocated.filter(id -> id.allocationRole().isEmpty())).isEqualTo(Resources.EMPTY);
        assertThat(allocated.allocatedTo("r1")).isSameAs(allocated);
        assertThat(allocated.allocatedTo("r2").unallocated()).isEqualTo(all);
        assertThat(all.unallocated()).isSameAs(all);
        assertThat(allocated)
                .hasToString("cpus(allocated: r1):1; cpus(allocated: r1)(reservations: [(STATIC,r1)]):3;"
                        + " mem(allocated: r1):2; ports(allocated: r1):[1-5]");
    }

    @Test
    void shouldTellToWhomWhatIsAllocated() {
        Resources one = text("cpus:1;mem:2").allocatedTo("r1");
        Resources other = text("cpus:3").allocatedTo("r2");

        assertThat(one.plus(other).filter(id -> id.allocationRole().equals(Optional.of("r1"))))
                .isEqualTo(one);
        assertThat(one.plus(other).unallocated()).isEqualTo(text("cpus:4;mem:2"));
    }

    @Test
    void shouldSumUpQuantitiesWhateverIsSaidOfThem() {
        Resources all = text("cpus:1;ports:[1-5]")
                .plus(cpus(MetadataResourcesTest::revocable, 500))
                .plus(cpus(MetadataResourcesTest::provided, 250))
                .plus(cpus(MetadataResourcesTest::allocated, 125))
                .plus(text("licences(r1):3"));

        assertThat(all.quantities()).isEqualTo(Quantities.of(Map.of("cpus", 1875L, "licences", 3000L)));
        assertThat(all.quantities()).isSameAs(all.quantities());
        assertThat(all.scalarsOnly().quantities()).isEqualTo(all.quantities());
        assertThat(List.of(all.scalarsOnly().ranges().isEmpty(), all.ranges().isEmpty()))
                .containsExactly(true, false);
    }
}
