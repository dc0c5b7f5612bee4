package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.resource.Ranges.Range;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RangesTest {
    @Test
    void shouldJoinRangesThatOverlapOrTouch() {
        Ranges ranges = Ranges.of(List.of(new Range(5, 7), new Range(1, 2), new Range(3, 3), new Range(6, 9)));

        assertThat(ranges.ranges()).containsExactly(new Range(1, 3), new Range(5, 9));
        assertThat(ranges.count()).isEqualTo(8);
        assertThat(ranges).hasToString("[1-3, 5-9]");
    }

    @Test
    void shouldSplitARangeWhenItsMiddleIsTakenAway() {
        Ranges rest = Ranges.of(31_000, 31_999).minus(Ranges.of(31_500, 31_500));

        assertThat(rest).hasToString("[31000-31499, 31501-31999]");
        assertThat(rest.contains(31_500)).isFalse();
        assertThat(rest.plus(Ranges.of(31_500, 31_500))).isEqualTo(Ranges.of(31_000, 31_999));
    }

    @Test
    void shouldBeEqualHoweverItCameAbout() {
        Ranges one = Ranges.of(1, 5);
        Ranges other = Ranges.of(4, 5).plus(Ranges.of(1, 3));

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo(Ranges.of(1, 4));
        assertThat(one.minus(other)).isSameAs(Ranges.EMPTY);
    }

    @Test
    void shouldReachTheLargestNumberWithoutOverflow() {
        Ranges all = Ranges.of(0, Ranges.NUMBER_MAX);

        assertThat(all.count()).isEqualTo(Long.MAX_VALUE);
        assertThat(all.contains(Ranges.NUMBER_MAX)).isTrue();
        assertThat(all.minus(Ranges.of(Ranges.NUMBER_MAX, Ranges.NUMBER_MAX)))
                .isEqualTo(Ranges.of(0, Ranges.NUMBER_MAX - 1));
        assertThat(all.minus(all).isEmpty()).isTrue();
        assertThat(all.plus(Ranges.of(7, 7))).isEqualTo(all);
    }

    @Test
    void shouldRefuseEndsOutOfOrderOrOutOfBounds() {
        assertThatIllegalArgumentException().isThrownBy(() -> Ranges.of(5, 4)).withMessageContaining("range 5-4");
        assertThatIllegalArgumentException().isThrownBy(() -> Ranges.of(-1, 4)).withMessageContaining("range -1-4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Range(0, Long.MAX_VALUE))
                .withMessageContaining("NUMBER_MAX");
    }

    @Test
    void shouldHaveNothingInEmptyRanges() {
        assertThat(Ranges.of(List.of())).isEqualTo(Ranges.EMPTY).hasToString("[]");
        assertThat(Ranges.EMPTY.count()).isZero();
        assertThat(Ranges.EMPTY.contains(0)).isFalse();
        assertThat(Ranges.EMPTY.covers(Ranges.EMPTY)).isTrue();
        assertThat(Ranges.of(1, 1).covers(Ranges.EMPTY)).isTrue();
        assertThat(Ranges.EMPTY.covers(Ranges.of(1, 1))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[20-40]|[21-38]|true",
                "[20-40]|[20-40]|true",
                "[20-40]|[20-41]|false",
                "[1-10,20-30]|[5-7,22-25]|true",
                "[1-10,11-20]|[5-15]|true",
                "[1-10,12-20]|[5-15]|false",
                "[1-10]|[]|true",
                "[]|[1-1]|false"
            })
    void shouldCoverNumbersThatAreThere(String one, String other, boolean covers) {
        assertThat(ports(one).covers(ports(other))).isEqualTo(covers);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[20-40]|[30-50]|[20-50]",
                "[20-40]|[41-50]|[20-50]",
                "[20-40]|[42-50]|[20-40,42-50]",
                "[1-2]|[4-5,3-3]|[1-5]",
                "[1-10,30-40]|[5-35]|[1-40]",
                "[5-10]|[1-20]|[1-20]",
                "[1-1,3-3,5-5]|[2-2,4-4]|[1-5]",
                "[1-10]|[1-10]|[1-10]"
            })
    void shouldUniteNumbers(String one, String other, String sum) {
        assertThat(ports(one).plus(ports(other)))
                .isEqualTo(ports(sum))
                .isEqualTo(ports(other).plus(ports(one)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[20-40]|[30-50]|[20-29]",
                "[20-40]|[10-25]|[26-40]",
                "[20-40]|[20-40]|[]",
                "[20-40]|[25-30]|[20-24,31-40]",
                "[20-40]|[50-60]|[20-40]",
                "[50-60,70-80]|[55-75]|[50-54,76-80]",
                "[1-10,20-30,40-50]|[5-45]|[1-4,46-50]",
                "[1-10]|[2-2,4-4,6-8]|[1-1,3-3,5-5,9-10]",
                "[]|[1-5]|[]"
            })
    void shouldTakeAwayNumbers(String one, String other, String rest) {
        assertThat(ports(one).minus(ports(other))).isEqualTo(ports(rest));
    }

    private static Ranges ports(String text) {
        return Given.text("ports:" + text).ranges("ports");
    }

    @Test
    void shouldFindTheSmallestNumbers() {
        Ranges ranges = Ranges.of(List.of(new Range(3, 5), new Range(8, 9)));

        assertThat(ranges.smallest(0)).isEqualTo(Ranges.EMPTY);
        assertThat(ranges.smallest(2)).isEqualTo(Ranges.of(3, 4));
        assertThat(ranges.smallest(4)).isEqualTo(Ranges.of(List.of(new Range(3, 5), new Range(8, 8))));
        assertThat(ranges.smallest(Long.MAX_VALUE)).isEqualTo(ranges);
        assertThat(Ranges.of(0, Ranges.NUMBER_MAX).smallest(Ranges.NUMBER_MAX))
                .isEqualTo(Ranges.of(0, Ranges.NUMBER_MAX - 1));
    }
}
