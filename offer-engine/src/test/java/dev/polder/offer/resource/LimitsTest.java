package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class LimitsTest {
    private static final Limits SOME = Limits.of(Map.of("cpus", 2000L, "gpus", 0L));

    @Test
    void shouldBeReadFromTextWithItsZeros() {
        assertThat(ResourceText.parseLimits("cpus:2; gpus:0")).isEqualTo(SOME);
        assertThat(ResourceText.parseLimits(" ")).isSameAs(Limits.NONE);
    }

    @Test
    void shouldRefuseTextThatIsNoLimits() {
        for (String text : new String[] {"cpus", "cpus:-1", "ports:[1-2]", "cpus:1;cpus:2", "cpus(r):1"}) {
            assertThatExceptionOfType(ResourceSyntaxException.class)
                    .as(text)
                    .isThrownBy(() -> ResourceText.parseLimits(text));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.of(Map.of("mem", -1L)))
                .withMessage("limit mem: -1 thousandths, must be 0 or more");
    }

    @Test
    void shouldTellNoLimitFromALimitOfZero() {
        assertThat(SOME.of("gpus")).isEqualTo(OptionalLong.of(0));
        assertThat(SOME.of("mem")).isEmpty();
        assertThat(SOME).isNotEqualTo(Limits.of(Map.of("cpus", 2000L)));
        assertThat(SOME).hasToString("cpus:2; gpus:0");
        assertThat(Limits.NONE.isNone()).isTrue();
    }

    @Test
    void shouldCoverLimitsThatAreAtLeastAsTight() {
        assertThat(SOME.covers(Limits.of(Map.of("cpus", 1000L, "gpus", 0L, "mem", 5L))))
                .isTrue();
        assertThat(SOME.covers(Limits.of(Map.of("cpus", 1000L)))).isFalse();
        assertThat(SOME.covers(Limits.of(Map.of("cpus", 2001L, "gpus", 0L)))).isFalse();
        assertThat(Limits.NONE.covers(SOME)).isTrue();
        assertThat(SOME.covers(Limits.NONE)).isFalse();
    }

    @Test
    void shouldAllowWhatIsNotAboveALimit() {
        assertThat(SOME.allow(Quantities.of(Map.of("cpus", 2000L, "mem", 1_000_000L))))
                .isTrue();
        assertThat(SOME.allow(Quantities.of(Map.of("cpus", 2001L)))).isFalse();
        assertThat(SOME.allow(Quantities.of(Map.of("gpus", 1L)))).isFalse();
        assertThat(Limits.NONE.allow(Quantities.of(Map.of("gpus", 1L)))).isTrue();
    }

    @Test
    void shouldLeaveWhatMayStillBeAdded() {
        assertThat(SOME.minusSaturating(Quantities.of(Map.of("cpus", 500L, "gpus", 7L, "mem", 3L))))
                .isEqualTo(Limits.of(Map.of("cpus", 1500L, "gpus", 0L)));
    }
}
