package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What many numbers come to, and how it is shown. */
final class RaftFiguresTest {
    @Test
    void shouldTakeTheMedianOfTheRounds() {
        Samples samples = new Samples();
        for (double value : new double[] {3, 1, 200, 2, 4}) {
            samples.add("polder", 16, "writes_per_s", value, "1/s");
        }

        assertThat(samples.medians())
                .containsExactly(new RaftFigure(new Figure("polder", "writes_per_s", 3, "1/s"), 16, 1, 200));
    }

    @Test
    void shouldKeepSystemsAndNumbersOfOpenCallsApart() {
        Samples samples = new Samples();
        samples.addWrites("polder", 1, new LoadResult(500, 1_000_000_000, 2_000_000, 9_000_000));
        samples.addWrites("polder", 16, new LoadResult(800, 1_000_000_000, 2_000_000, 9_000_000));
        samples.addWrites("zookeeper", 1, new LoadResult(100, 500_000_000, 5_000_000, 8_000_000));

        assertThat(samples.medians().stream().map(RaftFigure::csv))
                .containsExactly(
                        "polder,1,writes_per_s,500.000,1/s",
                        "polder,1,p50_ms,2.000,ms",
                        "polder,1,p99_ms,9.000,ms",
                        "polder,16,writes_per_s,800.000,1/s",
                        "polder,16,p50_ms,2.000,ms",
                        "polder,16,p99_ms,9.000,ms",
                        "zookeeper,1,writes_per_s,200.000,1/s",
                        "zookeeper,1,p50_ms,5.000,ms",
                        "zookeeper,1,p99_ms,8.000,ms");
    }

    @Test
    void shouldTakeTheWorstOfTwentyForTheNinetyNinthPercentile() {
        List<Double> values =
                IntStream.rangeClosed(1, 20).mapToObj(i -> (double) i).toList();

        RaftFigure figure = Samples.percentile(Samples.P99, values, "polder", 1, "recovery_p99_ms", "ms");

        assertThat(figure.figure().value()).isEqualTo(20);
    }

    @Test
    void shouldShowOursBesideZooKeepersOfTheSameLoadAndTheGoal() {
        Samples samples = new Samples();
        samples.add("polder", 16, "writes_per_s", 900, "1/s");
        samples.add("zookeeper", 1, "writes_per_s", 1, "1/s");
        samples.add("zookeeper", 16, "writes_per_s", 300, "1/s");
        samples.add("polder", 2_048, "facts_per_s", 400_000, "1/s");

        List<String> lines = RaftTable.lines(samples.medians());

        assertThat(lines.get(1)).matches("polder +16 +writes_per_s +900.000 1/s +900.000 +900.000 +3.00x +>= 5x");
        assertThat(lines.get(2)).matches("zookeeper +1 +writes_per_s +1.000 1/s +1.000 +1.000");
        assertThat(lines.get(4)).matches("polder +2048 +facts_per_s .* >= 300000");
    }

    @Test
    void shouldRefuseToMeasureNothing() {
        StringWriter words = new StringWriter();

        int exit = new CommandLine(new RaftCommand())
                .setErr(new PrintWriter(words))
                .execute("--rounds", "0", "--only", "facts");

        assertThat(exit).isEqualTo(2);
        assertThat(words.toString()).contains("--rounds 0: must be at least 1").doesNotContain("facts ...");
    }

    @Test
    void shouldReadTheResultOfALoadAsItWasWritten() {
        LoadResult result = new LoadResult(1, 2_000_000_000L, 3, Long.MAX_VALUE);

        assertThat(LoadResult.parse(result.line())).isEqualTo(result);
    }
}
