package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the driver with a few tasks. */
@Tag("slow")
final class TasksCommandTest {
    @Test
    void shouldPrintOneRowForEachFigure() {
        StringWriter out = new StringWriter();

        int exit = new CommandLine(new TasksCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(new StringWriter()))
                .execute("--csv", "--tasks", "20", "--warm-up", "20", "--kills", "2");

        assertThat(exit).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(",[0-9.]+,", ",N,")))
                .containsExactly(
                        "case,metric,value,unit",
                        "start,ready_ms,N,ms",
                        "start,ready_warm_ms,N,ms",
                        "launch-only,tasks_per_s,N,1/s",
                        "one-node,tasks_per_s,N,1/s",
                        "one-node,offer_to_launch_p50_ms,N,ms",
                        "one-node,offer_to_launch_p99_ms,N,ms",
                        "three-nodes,tasks_per_s,N,1/s",
                        "three-nodes,offer_to_launch_p50_ms,N,ms",
                        "three-nodes,offer_to_launch_p99_ms,N,ms",
                        "failover,subscribed_p50_ms,N,ms",
                        "failover,subscribed_p99_ms,N,ms");
    }
}
