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
    void shouldMarkWhatIsMissed() {
        List<String> lines = OfferTable.lines(List.of(
                OfferFigure.of(SIZE, "full-round", "cpu_ms", 5.001, "ms"),
                OfferFigure.of(SIZE, "full-round", "us_per_offer", 0.5, "us"),
                OfferFigure.of(new ClusterSize(80, 554, 55), "mixed", "placed", 19_499, "tasks")));

        assertThat(lines.get(1)).endsWith("<= 5  MISSED");
        assertThat(lines.get(2)).endsWith("<= 0.5");
        assertThat(lines.get(3)).matches("mixed .* 19499 tasks +5132 += 19500  MISSED");
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
