package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OfferTableTest {
    private static final ClusterSize SIZE = new ClusterSize(10_000, 1_000, 1);

    @Test
    void shouldShowWhatMesosTookAndWhatIsWanted() {
        List<String> lines = OfferTable.lines(List.of(OfferFigure.of(SIZE, "full-round", "cpu_ms", 4.5, "ms")));

        assertThat(lines.get(1)).matches("full-round +10000 +1000 +1 +cpu_ms +4\\.500 ms +516 +<= 5");
    }

    @Test
    void shouldCompareOnlyWithTheSameSize() {
        ClusterSize other = new ClusterSize(10_001, 1_000, 1);

        List<String> lines = OfferTable.lines(List.of(OfferFigure.of(other, "full-round", "cpu_ms", 4.5, "ms")));

        assertThat(lines.get(1)).endsWith(" ms");
    }

    @Test
    void shouldShowNotesInTheTableAlone() {
        OfferFigure figure = new OfferFigure(SIZE, new Figure("naive-full-round", "cpu_ms", 7, "ms"), "9 times");

        assertThat(OfferTable.lines(List.of(figure)).get(1)).endsWith("9 times");
        assertThat(figure.csv()).isEqualTo("naive-full-round,10000,1000,1,cpu_ms,7.000,ms");
    }
}
