package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the cases with clusters of a hundredth of the size. */
final class OffersCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter progress = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new OffersCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(progress))
                .execute(arguments);
    }

    @Test
    void shouldPrintOneRowForEachFigure() {
        int exit = run("--csv", "--quick");

        assertThat(exit).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(",[0-9]+\\.[0-9]+,", ",N,")))
                .containsExactly(
                        "case,agents,frameworks,roles,metric,value,unit",
                        "full-round,100,1,1,cpu_ms,N,ms",
                        "full-round,100,1,1,us_per_offer,N,us",
                        "full-round,100,10,1,cpu_ms,N,ms",
                        "full-round,100,10,1,us_per_offer,N,us",
                        "full-round,100,10,10,cpu_ms,N,ms",
                        "full-round,100,10,10,us_per_offer,N,us",
                        "full-round,500,60,60,cpu_ms,N,ms",
                        "full-round,500,60,60,us_per_offer,N,us",
                        "nothing-free,100,10,1,cpu_us,N,us",
                        "all-filtered,100,1,1,cpu_us,N,us",
                        "recover-1000,100,10,1,cpu_ms,N,ms",
                        "recover-1000,500,10,1,cpu_ms,N,ms",
                        "add-framework,100,10,1,cpu_us,N,us",
                        "add-framework,500,60,60,cpu_us,N,us",
                        "memory,30,30,30,heap_mb,N,MB",
                        "mixed,80,554,55,placed,N,tasks",
                        "mixed,80,554,55,rounds,N,rounds",
                        "mixed,80,554,55,engine_s,N,s",
                        "mixed-split,80,554,55,placed,N,tasks",
                        "mixed-split,80,554,55,rounds,N,rounds",
                        "mixed-split,80,554,55,engine_s,N,s",
                        "latency,100,10,1,p50_us,N,us",
                        "latency,100,10,1,p99_us,N,us",
                        "latency-loop,100,10,1,p50_us,N,us",
                        "latency-loop,100,10,1,p99_us,N,us",
                        "steady,100,10,1,bytes_per_offer,N,bytes",
                        "full-round,1,1,1,cpu_ms,N,ms",
                        "full-round,1,1,1,us_per_offer,N,us",
                        "naive-full-round,1,1,1,cpu_ms,N,ms",
                        "naive-full-round,1,1,1,us_per_offer,N,us");
    }

    @Test
    void shouldPlaceEveryTaskOfMixedSetUp() {
        run("--csv", "--quick", "--only", "mixed,mixed-split");

        assertThat(out.toString())
                .contains("mixed,80,554,55,placed,19500.000,tasks")
                .contains("mixed-split,80,554,55,placed,19500.000,tasks");
    }

    @Test
    void shouldRunChosenCasesInGivenOrderAndTellProgressApart() {
        int exit = run("--csv", "--quick", "--only", "steady,nothing-free");

        assertThat(exit).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(",.*", "")))
                .containsExactly("case", "steady", "nothing-free");
        assertThat(progress.toString().lines()).containsExactly("steady ...", "nothing-free ...");
    }

    @Test
    void shouldRefuseCaseThatThereIsNotBeforeAnythingRuns() {
        int exit = run("--only", "steady,latencies");

        assertThat(exit).isEqualTo(2);
        assertThat(progress.toString())
                .contains("--only latencies: none of the cases full-round, nothing-free, ")
                .doesNotContain("steady ...");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldShowTableWithColumnsForMesosAndGoal() {
        run("--quick", "--only", "nothing-free");

        assertThat(out.toString().lines().findFirst().orElseThrow())
                .matches("case +agents +frameworks +roles +metric +value unit +Mesos 1\\.12-dev +goal");
    }
}
