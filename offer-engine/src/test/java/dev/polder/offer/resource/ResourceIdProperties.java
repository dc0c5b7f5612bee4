package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Ids are in one order, whatever their hashes. */
final class ResourceIdProperties {
    @Provide
    Arbitrary<ResourceId> ids() {
        return Arbitraries.oneOf(
                Amounts.ids("cpus", ResourceKind.SCALAR),
                // these two have the same hash
                Amounts.ids("Aa", ResourceKind.SCALAR),
                Amounts.ids("BB", ResourceKind.RANGES),
                Amounts.disks());
    }

    @Property
    void shouldBeInATotalOrderThatAgreesWithEquality(
            @ForAll("ids") ResourceId one, @ForAll("ids") ResourceId other, @ForAll("ids") ResourceId third) {
        assertThat(Integer.signum(one.compareTo(other))).isEqualTo(-Integer.signum(other.compareTo(one)));
        assertThat(one.compareTo(other) == 0).isEqualTo(one.equals(other));
        assertThat(ResourceId.compareForReading(one, other) == 0).isEqualTo(one.equals(other));
        if (one.compareTo(other) <= 0 && other.compareTo(third) <= 0) {
            assertThat(one).isLessThanOrEqualTo(third);
        }
        if (one.equals(other)) {
            assertThat(one).hasSameHashCodeAs(other).hasToString(other.toString());
        }
    }

    @Property
    void shouldBeEqualToWhatIsMadeOfTheSameParts(@ForAll("ids") ResourceId id) {
        ResourceId again = copy(id);

        assertThat(again).isEqualTo(id).hasSameHashCodeAs(id);
        assertThat(again.isIdentical(id)).isTrue();
        assertThat(again.isDivisible()).isEqualTo(id.isDivisible());
        assertThat(again.isPlain()).isEqualTo(id.isPlain());
    }

    /** The same id, of which no object is the same. */
    static ResourceId copy(ResourceId id) {
        ResourceId copy = ResourceId.of(String.valueOf(id.name().toCharArray()), id.kind());
        for (Reservation reservation : id.reservations()) {
            copy = copy.pushed(new Reservation(
                    reservation.type(),
                    String.valueOf(reservation.role().toCharArray()),
                    reservation.principal(),
                    List.copyOf(reservation.labels())));
        }
        if (id.disk().isPresent()) {
            Disk disk = id.disk().get();
            copy = copy.withDisk(new Disk(disk.source(), disk.persistence(), disk.volume()));
        }
        copy = copy.withRevocable(id.isRevocable()).withShared(id.isShared());
        copy = id.provider().isPresent() ? copy.withProvider(id.provider().get()) : copy;
        return id.allocationRole().isPresent()
                ? copy.allocatedTo(id.allocationRole().get())
                : copy;
    }
}
