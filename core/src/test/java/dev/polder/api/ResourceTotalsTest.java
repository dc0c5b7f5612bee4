package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.wire.proto.Mesos.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceTotalsTest {
    @Test
    void shouldWriteThousandthsWithAFractionAndNoMore() {
        assertThat(List.of(0L, 1L, 10L, 100L, 125L, 1_000L, 4_500L, 12_340L, 1_000_001L, -500L, -1_500L))
                .map(ResourceTotals::decimal)
                .containsExactly(
                        "0.0", "0.001", "0.01", "0.1", "0.125", "1.0", "4.5", "12.34", "1000.001", "-0.5", "-1.5");
    }

    @Test
    void shouldJoinRangesThatTouch() {
        List<Value.Range> ranges = List.of(range(7, 9), range(1, 2), range(3, 4), range(8, 12), range(20, 20));

        assertThat(ResourceTotals.rangesText(ranges)).isEqualTo("[1-4, 7-12, 20-20]");
        assertThat(ResourceTotals.rangesText(List.of())).isEqualTo("[]");
    }

    @Test
    void shouldWriteSetsInBraces() {
        assertThat(ResourceTotals.setText(List.of("a", "b"))).isEqualTo("{a, b}");
    }

    private static Value.Range range(long begin, long end) {
        return Value.Range.newBuilder().setBegin(begin).setEnd(end).build();
    }
}
