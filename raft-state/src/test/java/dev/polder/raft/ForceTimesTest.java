package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is noted of forces. */
class ForceTimesTest {
    private long nanos;

    @Test
    void shouldTellHowLongForcesTook() {
        ForceTimes times = new ForceTimes("m1", () -> nanos, Duration.ofMillis(500));
        for (int ms = 1; ms <= 100; ms++) {
            long begun = times.begins();
            nanos += ms * 1_000_000L;
            times.ended(begun);
        }

        LatencyPercentiles percentiles = times.percentiles();

        assertThat(percentiles.count()).isEqualTo(100);
        assertThat(percentiles.p50Nanos()).isBetween(50_000_000L, 51_000_000L);
        assertThat(percentiles.maxNanos()).isBetween(100_000_000L, 102_000_000L);
    }
}
