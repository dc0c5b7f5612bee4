package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class EffortTest {
    @Test
    void shouldTakeTheMedianOfWhatComesAfterWarmUp() {
        AtomicLong measured = new AtomicLong(1_000);

        double median = new Effort(1, 3, 0, 4).median(() -> measured.getAndUpdate(last -> last / 2));

        // 1000, 500 and 250 were warm-up, then came 125, 62, 31, 15
        assertThat(median).isEqualTo(46.5);
        assertThat(measured.get()).isEqualTo(7);
    }

    @Test
    void shouldMakeClustersSmallerButNeverEmpty() {
        assertThat(new Effort(100, 0, 0, 1).size(1_000, 99, 1)).isEqualTo(new ClusterSize(10, 1, 1));
    }
}
