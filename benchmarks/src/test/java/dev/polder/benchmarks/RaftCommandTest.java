package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the cases in their smallest form. */
@Tag("slow")
final class RaftCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter progress = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new RaftCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(progress))
                .execute(arguments);
    }

    @Test
    void shouldPrintOneRowForEachFigureAndLeaveNoProcess() {
        int exit = run("--csv", "--quick");

        assertThat(progress.toString()).contains("install ...");
        assertThat(exit).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(",[0-9]+\\.[0-9]+,", ",N,")))
                .containsExactly(
                        "system,outstanding,metric,value,unit",
                        "polder,1,writes_per_s,N,1/s",
                        "polder,1,p50_ms,N,ms",
                        "polder,1,p99_ms,N,ms",
                        "polder,1,reads_per_s,N,1/s",
                        "polder-remote,1,writes_per_s,N,1/s",
                        "polder-remote,1,p50_ms,N,ms",
                        "polder-remote,1,p99_ms,N,ms",
                        "polder-remote,1,reads_per_s,N,1/s",
                        "zookeeper,1,writes_per_s,N,1/s",
                        "zookeeper,1,p50_ms,N,ms",
                        "zookeeper,1,p99_ms,N,ms",
                        "zookeeper,1,reads_per_s,N,1/s",
                        "polder,16,writes_per_s,N,1/s",
                        "polder,16,p50_ms,N,ms",
                        "polder,16,p99_ms,N,ms",
                        "polder,16,reads_per_s,N,1/s",
                        "polder-remote,16,writes_per_s,N,1/s",
                        "polder-remote,16,p50_ms,N,ms",
                        "polder-remote,16,p99_ms,N,ms",
                        "polder-remote,16,reads_per_s,N,1/s",
                        "zookeeper,16,writes_per_s,N,1/s",
                        "zookeeper,16,p50_ms,N,ms",
                        "zookeeper,16,p99_ms,N,ms",
                        "zookeeper,16,reads_per_s,N,1/s",
                        "polder,256,writes_per_s,N,1/s",
                        "polder,256,p50_ms,N,ms",
                        "polder,256,p99_ms,N,ms",
                        "polder,256,reads_per_s,N,1/s",
                        "polder-remote,256,writes_per_s,N,1/s",
                        "polder-remote,256,p50_ms,N,ms",
                        "polder-remote,256,p99_ms,N,ms",
                        "polder-remote,256,reads_per_s,N,1/s",
                        "zookeeper,256,writes_per_s,N,1/s",
                        "zookeeper,256,p50_ms,N,ms",
                        "zookeeper,256,p99_ms,N,ms",
                        "zookeeper,256,reads_per_s,N,1/s",
                        "polder,2048,facts_per_s,N,1/s",
                        "polder,1,recovery_p50_ms,N,ms",
                        "polder,1,recovery_p99_ms,N,ms",
                        "polder,1,host_recovery_p50_ms,N,ms",
                        "polder,1,first_write_ms,N,ms",
                        "polder,1,restart_1m_ms,N,ms",
                        "polder,0,install_2g_heap_mb,N,MB",
                        "polder,0,replay_2g_heap_mb,N,MB");
        assertThat(children()).isEmpty();
    }

    @Test
    void shouldEndItsProcessesWhenItIsInterrupted(@TempDir Path data) throws InterruptedException {
        AtomicInteger exit = new AtomicInteger(-1);
        Thread command =
                new Thread(() -> exit.set(run("--only", "kill", "--kills", "1000", "--data", data.toString())));
        command.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> progress.toString().contains("kill 1 of 1000"));
        assertThat(children()).hasSize(RaftGroup.MEMBERS);

        command.interrupt();
        command.join(Duration.ofSeconds(60).toMillis());

        assertThat(command.isAlive()).isFalse();
        assertThat(exit).hasValue(1);
        assertThat(children()).isEmpty();
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().children().toList();
    }
}
