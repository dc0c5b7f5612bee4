package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class QuantitiesTest {
    private static final Quantities SOME = Quantities.of(Map.of("cpus", 1500L, "mem", 32_000L, "licences", 1000L));

    @Test
    void shouldBeReadFromText() {
        assertThat(ResourceText.parseQuantities(" cpus : 1.5 ;mem:32; licences:1;gpus:0"))
                .isEqualTo(SOME);
        assertThat(ResourceText.parseQuantities("")).isSameAs(Quantities.EMPTY);
    }

    @Test
    void shouldRefuseTextThatIsNoQuantities() {
        for (String text : new String[] {
            "cpus",
            "cpus:x",
            "cpus:-1",
            "cpus(r):1",
            "ports:[1-2]",
            "x:{a}",
            "cpus:1;cpus:1",
            ":1",
            "cpus:nan",
            "cpus:inf"
        }) {
            assertThatExceptionOfType(ResourceSyntaxException.class)
                    .as(text)
                    .isThrownBy(() -> ResourceText.parseQuantities(text));
        }
    }

    @Test
    void shouldHoldWhatIsThereAndNothingElse() {
        assertThat(SOME.of("cpus")).isEqualTo(1500);
        assertThat(SOME.of("licences")).isEqualTo(1000);
        assertThat(SOME.of("disk")).isZero();
        assertThat(SOME.of("other")).isZero();
        assertThat(SOME.names()).containsExactly("cpus", "licences", "mem");
        assertThat(Quantities.of(Map.of("cpus", 0L, "x", 0L))).isSameAs(Quantities.EMPTY);
        assertThat(SOME.isEmpty()).isFalse();
        assertThat(Quantities.EMPTY.isEmpty()).isTrue();
    }

    @Test
    void shouldAddAndTakeAwayByName() {
        Quantities more = Quantities.of(Map.of("cpus", 500L, "disk", 7L, "licences", 1L, "other", 2L));

        assertThat(SOME.plus(more))
                .isEqualTo(Quantities.of(
                        Map.of("cpus", 2000L, "mem", 32_000L, "disk", 7L, "licences", 1001L, "other", 2L)));
        assertThat(SOME.plus(more).minus(more)).isEqualTo(SOME);
        assertThat(SOME.minusSaturating(more))
                .isEqualTo(Quantities.of(Map.of("cpus", 1000L, "mem", 32_000L, "licences", 999L)));
        assertThat(SOME.minus(SOME)).isSameAs(Quantities.EMPTY);
        assertThat(SOME.plus(Quantities.EMPTY)).isSameAs(SOME);
        assertThat(Quantities.EMPTY.plus(SOME)).isSameAs(SOME);
    }

    @Test
    void shouldNameWhatIsShort() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SOME.minus(Quantities.of(Map.of("licences", 1001L))))
                .withMessage("not enough licences: 1.001 wanted, 1 there");
    }

    @Test
    void shouldCoverWhatIsNotMoreOfAnyName() {
        assertThat(SOME.covers(SOME)).isTrue();
        assertThat(SOME.covers(Quantities.EMPTY)).isTrue();
        assertThat(SOME.covers(Quantities.of(Map.of("cpus", 1501L)))).isFalse();
        assertThat(SOME.covers(Quantities.of(Map.of("gpus", 1L)))).isFalse();
        assertThat(SOME.covers(Quantities.of(Map.of("licences", 1001L)))).isFalse();
        assertThat(SOME.covers(Quantities.of(Map.of("other", 1L)))).isFalse();
        assertThat(SOME.covers(Quantities.of(Map.of("licences", 1000L)))).isTrue();
    }

    @Test
    void shouldBeWrittenInOrderOfNames() {
        assertThat(SOME).hasToString("cpus:1.5; licences:1; mem:32");
        assertThat(Quantities.EMPTY).hasToString("{}");
    }

    @Test
    void shouldRefuseNegativesAndOverflow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Quantities.of(Map.of("mem", -1L)))
                .withMessage("quantity mem: -1 thousandths, must be 0 or more");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Quantities.of(Map.of("x", Long.MAX_VALUE)).plus(Quantities.of(Map.of("x", 1L))))
                .withMessageContaining("resource x");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Quantities.of(Map.of("mem", Long.MAX_VALUE)).plus(Quantities.of(Map.of("mem", 1L))))
                .withMessageContaining("resource mem");
    }
}
