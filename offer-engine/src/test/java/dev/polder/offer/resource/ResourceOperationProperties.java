package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.resource.ResourceOperation.Create;
import dev.polder.offer.resource.ResourceOperation.Destroy;
import dev.polder.offer.resource.ResourceOperation.Grow;
import dev.polder.offer.resource.ResourceOperation.Reserve;
import dev.polder.offer.resource.ResourceOperation.Shrink;
import dev.polder.offer.resource.ResourceOperation.Unreserve;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.statistics.Statistics;

/** Operations make nothing and lose nothing. */
final class ResourceOperationProperties {
    @Provide
    Arbitrary<Amount> amounts() {
        return Amounts.any();
    }

    /** Every operation that could be meant with these resources, sensible or not. */
    private static List<ResourceOperation> operations(Resources resources, long thousandths) {
        Resources reserved = resources
                .filter(id -> !id.isRevocable() && !id.isPersistentVolume())
                .unallocated();
        List<ResourceOperation> all = new ArrayList<>(List.of(
                new Reserve(resources),
                new Reserve(reserved, reserved.toUnreserved().push(Reservation.dynamic("r3"))),
                new Unreserve(resources),
                new Create(resources),
                new Destroy(resources),
                new Grow(resources, Resources.ofScalars(Map.of("disk", thousandths)))));
        resources.forEach((id, value) -> {
            Resources one = Resources.of(id, value);
            all.add(new Reserve(one));
            all.add(new Unreserve(one));
            all.add(new Create(one));
            all.add(new Destroy(one));
            all.add(new Shrink(one, thousandths));
            if (id.kind() == ResourceKind.SCALAR) {
                all.add(new Grow(one, Resources.of(id.withoutVolume(), new Value.Amount(thousandths))));
            }
        });
        return all;
    }

    @Property
    void shouldConserveEverythingOrSayWhatIsWrong(
            @ForAll("amounts") Amount amount,
            @ForAll("amounts") Amount more,
            @ForAll @LongRange(min = 1, max = 40_000) long thousandths) {
        Resources others = more.toResources();
        for (ResourceOperation operation : operations(amount.toResources(), thousandths)) {
            Optional<String> problem = operation.problem();
            if (problem.isPresent()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(operation::conversion)
                        .withMessage(problem.get());
                continue;
            }
            Statistics.label("without a problem")
                    .collect(operation.getClass().getSimpleName())
                    .coverage(checker -> {
                        for (String each : List.of("Reserve", "Unreserve", "Create", "Destroy", "Grow", "Shrink")) {
                            checker.check(each).count(times -> times > 10);
                        }
                    });
            Conversion conversion = operation.conversion();
            assertThat(conversion.converted().quantities())
                    .isEqualTo(conversion.consumed().quantities());
            assertThat(conversion.converted().ranges())
                    .isEqualTo(conversion.consumed().ranges());
            assertThat(conversion.converted().sets())
                    .isEqualTo(conversion.consumed().sets());
            requireApplied(conversion, others.plus(conversion.consumed()), others);
        }
    }

    private static void requireApplied(Conversion conversion, Resources there, Resources others) {
        Optional<String> problem = conversion.problemOn(there);
        if (problem.isPresent()) {
            assertThat(problem.get()).contains("there are more copies of it");
            assertThat(others.filter(ResourceId::isShared).isEmpty()).isFalse();
            return;
        }
        Resources after = there.apply(conversion);
        assertThat(after).isEqualTo(there.minus(conversion.consumed()).plus(conversion.converted()));
        assertThat(after.covers(conversion.converted())).isTrue();
        if (others.filter(ResourceId::isShared).isEmpty()) {
            assertThat(after.quantities()).isEqualTo(there.quantities());
        }
    }

    @Property
    void shouldRefuseWhatIsNotThere(@ForAll("amounts") Amount amount, @ForAll("amounts") Amount wanted) {
        Resources there = amount.toResources();
        Conversion conversion = new Conversion(wanted.toResources(), Resources.EMPTY);

        if (!amount.covers(wanted)) {
            assertThat(conversion.problemOn(there))
                    .hasValueSatisfying(problem -> assertThat(problem).startsWith(there + " does not contain "));
            assertThatIllegalArgumentException().isThrownBy(() -> there.apply(conversion));
        }
    }
}
