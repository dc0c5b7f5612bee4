package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.DYNAMIC_R1;
import static dev.polder.offer.resource.Given.cpus;
import static dev.polder.offer.resource.Given.reserved;
import static dev.polder.offer.resource.Given.volume;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ResourceIdsTest {
    private final ResourceIds ids = new ResourceIds(3);

    @Test
    void shouldMakeEqualIdsTheSameObject() {
        ResourceId one = reserved(ResourceId.CPUS, DYNAMIC_R1);
        ResourceId other = reserved(ResourceId.CPUS, DYNAMIC_R1);

        assertThat(ids.intern(one)).isSameAs(one);
        assertThat(ids.intern(other)).isSameAs(one);
        assertThat(ids.size()).isEqualTo(1);
        assertThat(ids.intern(ResourceId.CPUS)).isSameAs(ResourceId.CPUS);
        assertThat(ids.size()).isEqualTo(1);
    }

    @Test
    void shouldNotChangeHowAVolumeIsMounted() {
        ResourceId made = volume("v");
        ResourceId used = volume("v").withDisk(Disk.of(Disk.Persistence.of("v"), Disk.Volume.at("elsewhere")));

        ids.intern(made);

        assertThat(ids.intern(used)).isSameAs(used);
        assertThat(ids.intern(volume("v"))).isSameAs(made);
    }

    @Test
    void shouldForgetAllRatherThanGrow() {
        ResourceId first = ResourceId.scalar("a");
        ids.intern(first);
        ids.intern(ResourceId.scalar("b"));
        ids.intern(ResourceId.scalar("c"));
        ids.intern(ResourceId.scalar("d"));

        assertThat(ids.size()).isEqualTo(1);
        ResourceId again = ResourceId.scalar("a");
        assertThat(ids.intern(again)).isSameAs(again);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ResourceIds(0))
                .withMessage("idsMax is 0, must be 1 or more");
    }

    @Test
    void shouldMakeAllIdsOfAnAmountKnownOnes() {
        Resources known = cpus(1, DYNAMIC_R1);
        Resources other = cpus(5, DYNAMIC_R1);

        assertThat(ids.intern(known)).isSameAs(known);
        Resources interned = ids.intern(other);
        assertThat(interned).isEqualTo(other).isNotSameAs(other);
        interned.forEach((id, value) ->
                known.forEach((knownId, knownValue) -> assertThat(id).isSameAs(knownId)));
        assertThat(ids.intern(interned)).isSameAs(interned);
    }
}
