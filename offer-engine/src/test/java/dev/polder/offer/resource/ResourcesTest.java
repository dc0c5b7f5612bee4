package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.text;
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

    // ---- scalars

    @Test
    void shouldBeEqualWhenScalarsAre() {
        assertThat(text("cpus:3;mem:3072")).isEqualTo(text("mem:3072;cpus:3")).isNotEqualTo(text("cpus:3;mem:3073"));
        assertThat(text("cpus(r1):3")).isNotEqualTo(text("cpus(r2):3"));
        assertThat(text("cpus:3")).isNotEqualTo(text("mem:3"));
    }

    @Test
    void shouldCoverScalarsThatAreNotLarger() {
        assertThat(text("cpus:1;mem:4096").covers(text("cpus:1;mem:3072"))).isTrue();
        assertThat(text("cpus:1;mem:3072").covers(text("cpus:1;mem:4096"))).isFalse();
        assertThat(text("cpus(r):5;cpus:1").covers(text("cpus(r):1"))).isTrue();
        assertThat(text("cpus(r):5;cpus:1").covers(text("cpus:2"))).isFalse();
        assertThat(text("licences:5").covers(text("licences:5"))).isTrue();
        assertThat(text("licences:5").covers(text("licences:5;x:1"))).isFalse();
    }

    @Test
    void shouldAddScalarsOfOneRole() {
        assertThat(text("cpus:1;mem:5").plus(text("cpus:2;mem:10"))).isEqualTo(text("cpus:3;mem:15"));
        assertThat(text("cpus(r1):1;cpus(r3):3").plus(text("cpus(r1):2;cpus(r2):5")))
                .isEqualTo(text("cpus(r1):3;cpus(r2):5;cpus(r3):3"));
    }

    @Test
    void shouldTakeAwayScalarsOfOneRole() {
        assertThat(text("cpus:50;mem:4096").minus(text("cpus:2;mem:1024"))).isEqualTo(text("cpus:48;mem:3072"));
        assertThat(text("cpus(r1):5;cpus(r2):3").minus(text("cpus(r1):1;cpus(r2):3")))
                .isEqualTo(text("cpus(r1):4"));
    }

    @Test
    void shouldDifferFromNothingUnlessItIsNothing() {
        assertThat(text("cpus:1")).isNotEqualTo(Resources.EMPTY);
        assertThat(text("ports:[1-1]")).isNotEqualTo(Resources.EMPTY);
        assertThat(Resources.EMPTY.isEmpty()).isTrue();
        assertThat(Resources.builder().build()).isSameAs(Resources.EMPTY);
    }

    @Test
    void shouldTellNamesAndKinds() {
        Resources resources = text("cpus:2;cpus(r):1;ports:[1-5];ports(r):[7-8];drives:{a};drives(r):{b}");

        assertThat(resources.scalars()).isEqualTo(Map.of("cpus", 3000L));
        assertThat(resources.ranges()).containsOnlyKeys("ports");
        assertThat(resources.ranges("ports")).hasToString("[1-5, 7-8]");
        assertThat(resources.sets()).containsOnlyKeys("drives");
        assertThat(resources.items("drives")).containsExactly("a", "b");
        assertThat(resources.scalar("ports")).isZero();
        assertThat(resources.ranges("cpus")).isEqualTo(Ranges.EMPTY);
        assertThat(resources.items("ports")).isEmpty();
    }

    // ---- exactness

    @Test
    void shouldStayExactHoweverOftenItIsAddedAndTakenAway() {
        Resources step = text("cpus:1.001");
        Resources sum = step;
        for (int i = 0; i < 100_000; i++) {
            sum = sum.plus(step);
        }
        assertThat(sum.cpus()).isEqualTo(100_001L * 1001);
        for (int i = 0; i < 100_000; i++) {
            sum = sum.minus(step);
        }

        assertThat(sum).isEqualTo(step);
        assertThat(step.plus(step).plus(step).minus(step).minus(step)).isEqualTo(step);
        assertThat(step.plus(text("cpus:0")).minus(text("cpus:0"))).isSameAs(step);
    }

    @Test
    void shouldLoseWhatIsBeyondThousandthsWhenItIsRead() {
        Resources read = text("cpus:1.5011");

        assertThat(read.cpus()).isEqualTo(1501);
        assertThat(read.plus(read).minus(read)).isEqualTo(read).hasToString("cpus:1.501");
    }

    @Test
    void shouldRoundHalvesUp() {
        assertThat(text("cpus:1.5015").cpus()).isEqualTo(1502);
        assertThat(text("cpus:1.2344")).hasToString("cpus:1.234");
        assertThat(text("cpus:1.2345")).hasToString("cpus:1.235");
        assertThat(text("cpus:1.100")).hasToString("cpus:1.1");
        assertThat(text("cpus:1000001")).hasToString("cpus:1000001");
        assertThat(text("cpus:99999999999.9994")).hasToString("cpus:99999999999.999");
    }

    // ---- sets

    @Test
    void shouldBeEqualWhenSetsAreInAnyOrder() {
        assertThat(text("drives:{a,b,c}")).isEqualTo(text("drives:{c,a,b}")).isNotEqualTo(text("drives:{a,b}"));
    }

    @Test
    void shouldCoverSetsWhoseItemsAreThere() {
        assertThat(text("drives:{a,b,c}").covers(text("drives:{a,c}"))).isTrue();
        assertThat(text("drives:{a}").covers(text("drives:{a,b}"))).isFalse();
        assertThat(text("drives:{a}").covers(text("drives(r):{a}"))).isFalse();
    }

    @Test
    void shouldUniteSets() {
        assertThat(text("drives:{a,b}").plus(text("drives:{b,c}"))).isEqualTo(text("drives:{a,b,c}"));
    }

    @Test
    void shouldTakeAwayItemsThatAreThere() {
        assertThat(text("drives:{a,b,c}").minus(text("drives:{b,c}"))).isEqualTo(text("drives:{a}"));
        assertThat(text("drives:{a}").minus(text("drives:{a}"))).isSameAs(Resources.EMPTY);
        assertThat(text("drives:{d}").minusSaturating(text("drives:{a}"))).isEqualTo(text("drives:{d}"));
        assertThat(text("drives:{a,b}").minusSaturating(text("drives:{b,c}"))).isEqualTo(text("drives:{a}"));
    }
}
