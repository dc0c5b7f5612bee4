package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void shouldHaveNoTimesBeforeTheFirst() {
        assertThat(new Latencies().percentiles()).isEqualTo(new LatencyPercentiles(0, 0, 0, 0, 0));
    }

    @Test
    void shouldTakeTheLongestAndTheShortest() {
        Latencies latencies = new Latencies();
        latencies.add(-5);
        assertThat(latencies.percentiles()).isEqualTo(new LatencyPercentiles(1, 0, 0, 0, 0));
        latencies.add(Long.MAX_VALUE);
        assertThat(latencies.percentiles().maxNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(latencies.percentiles().p50Nanos()).isZero();
    }

    @Property(tries = 200)
    void shouldBeAtMostA64thTooLong(
            @ForAll @Size(min = 1, max = 300) List<@LongRange(min = 0, max = 1L << 45) Long> nanos) {
        Latencies latencies = new Latencies();
        nanos.forEach(latencies::add);
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();

        LatencyPercentiles read = latencies.percentiles();

        assertThat(read.count()).isEqualTo(sorted.length);
        assertNear(read.p50Nanos(), exact(sorted, 0.5));
        assertNear(read.p99Nanos(), exact(sorted, 0.99));
        assertNear(read.p999Nanos(), exact(sorted, 0.999));
        assertNear(read.maxNanos(), Arrays.stream(sorted).max().orElseThrow());
    }

    private static long exact(long[] sorted, double part) {
        return sorted[(int) Math.ceil(sorted.length * part) - 1];
    }

    private static void assertNear(long told, long exact) {
        assertThat(told).isBetween(exact, exact + exact / 64);
    }
}
