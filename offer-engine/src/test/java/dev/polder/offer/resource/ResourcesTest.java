package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ResourcesTest {
    @Test
    void shouldBeWrittenAsMesosWritesIt() {
        Resources resources = Resources.builder()
                .range("ports", 31_000, 31_999)
                .range("ports", 32_001, 32_001)
                .scalar("mem", 32_000)
                .scalar("cpus", 500)
                .scalar("gpus", 1_250)
                .scalar("licences", 1)
                .item("drives", "sdb")
                .item("drives", "sda")
                .build();

        assertThat(resources)
                .hasToString("cpus:0.5; drives:{sda, sdb}; gpus:1.25; licences:0.001; mem:32;"
                        + " ports:[31000-31999, 32001-32001]");
        assertThat(Resources.EMPTY).hasToString("{}");
    }

    @Test
    void shouldAddSeveralAmountsOfOneName() {
        Resources resources = Resources.builder()
                .scalar("cpus", 500)
                .scalar("cpus", 1)
                .scalar("licences", 2)
                .scalar("licences", 3)
                .range("ports", 5, 6)
                .range("ports", 1, 4)
                .build();

        assertThat(resources.scalar("cpus")).isEqualTo(501);
        assertThat(resources.scalar("licences")).isEqualTo(5);
        assertThat(resources.ranges("ports")).isEqualTo(Ranges.of(1, 6));
    }

    @Test
    void shouldTakeZeroForAbsence() {
        Resources zeros =
                Resources.builder().scalar("cpus", 0).scalar("licences", 0).build();

        assertThat(zeros).isSameAs(Resources.EMPTY);
        assertThat(zeros.isEmpty()).isTrue();
        assertThat(zeros.scalars()).isEmpty();
        assertThat(zeros.scalar("cpus")).isZero();
        assertThat(zeros.ranges("ports")).isEqualTo(Ranges.EMPTY);
        assertThat(zeros.items("drives")).isEmpty();
    }

    @Test
    void shouldNameTheFirstResourceThatIsShort() {
        Resources have = Resources.ofScalars(Map.of("cpus", 1000L, "disk", 500L));
        Resources wanted = Resources.ofScalars(Map.of("cpus", 1000L, "disk", 501L, "mem", 1000L));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> have.minus(wanted))
                .withMessage("not enough disk: 0.501 wanted, 0.5 there");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        have.minus(Resources.builder().range("ports", 1, 2).build()))
                .withMessage("not enough ports: [1-2] wanted, none there");
    }

    @Test
    void shouldHoldAPortOnceHoweverOftenItIsAdded() {
        Resources one = Resources.builder().range("ports", 1, 3).build();
        Resources other = Resources.builder().range("ports", 3, 5).build();

        assertThat(one.intersects(other)).isTrue();
        assertThat(one.plus(other).ranges("ports")).isEqualTo(Ranges.of(1, 5));
        assertThat(one.intersects(Resources.builder().range("ports", 4, 4).build()))
                .isFalse();
    }

    @Test
    void shouldRefuseASecondKindOfOneName() {
        Resources scalar = Resources.ofScalars(Map.of("licences", 1L));
        Resources set = Resources.builder().item("licences", "a").build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> scalar.plus(set))
                .withMessageContaining("licences")
                .withMessageContaining("one kind");
        assertThatIllegalArgumentException().isThrownBy(() -> scalar.minusSaturating(set));
        assertThatIllegalArgumentException().isThrownBy(() -> scalar.minus(set)).withMessageContaining("licences");
        assertThat(scalar.covers(set)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resources.builder().item("x", "a").scalar("x", 1))
                .withMessageContaining("resource x is SCALAR here");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resources.builder().range("cpus", 1, 2))
                .withMessageContaining("cpus");
    }

    @Test
    void shouldRefuseNegativeAmountsAndChangeNothing() {
        ResourcesBuilder builder = Resources.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.scalar("cpus", -1))
                .withMessage("scalar cpus: -1 thousandths, must be 0 or more");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.range("ports", 2, 1));
        assertThat(builder.build()).isSameAs(Resources.EMPTY);
    }

    @Test
    void shouldFailRatherThanOverflow() {
        Resources much = Resources.ofScalars(Map.of("mem", Long.MAX_VALUE, "licences", Long.MAX_VALUE));

        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> much.plus(Resources.ofScalars(Map.of("mem", 1L))))
                .withMessageContaining("resource mem");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> much.plus(Resources.ofScalars(Map.of("licences", 1L))))
                .withMessageContaining("resource licences");
    }
}
