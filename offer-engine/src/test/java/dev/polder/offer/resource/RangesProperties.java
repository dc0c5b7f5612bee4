package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Ranges.Range;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Ranges against the plainest model of a set of numbers, one bit for each. */
final class RangesProperties {
    private static final int NUMBERS = 40;

    @Provide
    Arbitrary<List<Range>> lists() {
        Arbitrary<Integer> begins = Arbitraries.integers().between(0, NUMBERS - 1);
        Arbitrary<Integer> lengths = Arbitraries.integers().between(1, 8);
        return Combinators.combine(begins, lengths)
                .as((begin, length) -> new Range(begin, Math.min(NUMBERS - 1, begin + length - 1)))
                .list()
                .ofMaxSize(8);
    }

    @Property
    void shouldHoldWhatWasPutIn(@ForAll("lists") List<Range> list) {
        Ranges ranges = Ranges.of(list);

        assertThat(bits(ranges)).isEqualTo(bits(list));
        assertThat(ranges.count()).isEqualTo(bits(list).cardinality());
        assertThat(ranges.isEmpty()).isEqualTo(bits(list).isEmpty());
        for (int number = 0; number <= NUMBERS; number++) {
            assertThat(ranges.contains(number)).isEqualTo(bits(list).get(number));
        }
    }

    @Property
    void shouldBeInOneFormOnly(@ForAll("lists") List<Range> list, @ForAll("lists") List<Range> other) {
        for (Ranges ranges : List.of(
                Ranges.of(list),
                Ranges.of(list).plus(Ranges.of(other)),
                Ranges.of(list).minus(Ranges.of(other)))) {
            List<Range> each = ranges.ranges();
            for (int i = 1; i < each.size(); i++) {
                assertThat(each.get(i).begin()).isGreaterThan(each.get(i - 1).end() + 1);
            }
            assertThat(ranges).isEqualTo(Ranges.of(each)).hasSameHashCodeAs(Ranges.of(each));
        }
    }

    @Property
    void shouldAddAndTakeAwayLikeSets(@ForAll("lists") List<Range> one, @ForAll("lists") List<Range> other) {
        BitSet union = bits(one);
        union.or(bits(other));
        BitSet rest = bits(one);
        rest.andNot(bits(other));

        assertThat(bits(Ranges.of(one).plus(Ranges.of(other)))).isEqualTo(union);
        assertThat(bits(Ranges.of(one).minus(Ranges.of(other)))).isEqualTo(rest);
    }

    @Property
    void shouldCompareLikeSets(@ForAll("lists") List<Range> one, @ForAll("lists") List<Range> other) {
        BitSet missing = bits(other);
        missing.andNot(bits(one));

        assertThat(Ranges.of(one).covers(Ranges.of(other))).isEqualTo(missing.isEmpty());
        assertThat(Ranges.of(one).intersects(Ranges.of(other)))
                .isEqualTo(bits(one).intersects(bits(other)));
        assertThat(Ranges.of(one).equals(Ranges.of(other))).isEqualTo(bits(one).equals(bits(other)));
    }

    private static BitSet bits(Ranges ranges) {
        return bits(ranges.ranges());
    }

    private static BitSet bits(List<Range> ranges) {
        BitSet bits = new BitSet();
        for (Range range : ranges) {
            bits.set((int) range.begin(), (int) range.end() + 1);
        }
        return bits;
    }
}
