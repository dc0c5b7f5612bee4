package dev.polder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FiltersTest {
    @Test
    void shouldRefuseForFiveSecondsByDefault() {
        assertThat(Filters.DEFAULT.refuse()).hasSeconds(5);
    }

    @Test
    void shouldKnowItsRange() {
        assertThat(Filters.refuse(Duration.ZERO).refuse()).isZero();
        assertThat(Filters.refuse(Filters.REFUSE_MAX).refuse()).hasDays(365);
        assertThatThrownBy(() -> Filters.refuse(Duration.ofMillis(-1))).hasMessageContaining("refuse is PT-0.001S");
        assertThatThrownBy(() -> Filters.refuse(Duration.ofDays(366))).hasMessageContaining("allowed is 0 to");
    }
}
