package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.cgroup.CgroupSettings;
import dev.polder.isolation.cgroup.Cgroups;
import dev.polder.isolation.cgroup.Controller;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the cases with a few tasks. */
@Tag("slow")
final class LaunchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter progress = new StringWriter();

    @BeforeEach
    void needsControlGroups() {
        Cgroups cgroups = Cgroups.discover(
                CgroupSettings.of("launch-test-" + ProcessHandle.current().pid()));
        boolean counts = cgroups.has(Controller.CPU) && cgroups.has(Controller.MEMORY);
        assertThat(cgroups.removeRoots()).isEmpty();
        assumeTrue(counts, () -> "no control groups here: " + cgroups.abilities());
        assumeTrue(BusyboxImage.canBeMade(), "no busybox on this host");
    }

    private int run(String... arguments) {
        return new CommandLine(new LaunchCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(progress))
                .execute(arguments);
    }

    @Test
    void shouldPrintOneRowForEachFigure() {
        int exit = run("--csv", "--quick");

        assertThat(exit).as(progress.toString()).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(",-?[0-9]+\\.[0-9]+,", ",N,")))
                .containsExactly(
                        "case,tasks,metric,value,unit",
                        "plain,5,cpu_ratio,N,x",
                        "plain,5,cpu_ms,N,ms",
                        "plain,5,launches_per_s,N,1/s",
                        "shim,5,cpu_ratio,N,x",
                        "shim,5,cpu_ms,N,ms",
                        "shim,5,launches_per_s,N,1/s",
                        "session,5,cpu_ratio,N,x",
                        "session,5,cpu_ms,N,ms",
                        "session,5,launches_per_s,N,1/s",
                        "contained,5,cpu_ratio,N,x",
                        "contained,5,cpu_ms,N,ms",
                        "contained,5,launches_per_s,N,1/s",
                        "runc,1,cpu_ratio,N,x",
                        "runc,1,cpu_ms,N,ms",
                        "runc,1,launches_per_s,N,1/s",
                        "oci,1,cpu_ratio,N,x",
                        "oci,1,cpu_ms,N,ms",
                        "oci,1,launches_per_s,N,1/s",
                        "contained-1000,5,launches_per_s,N,1/s",
                        "contained-1000,5,destroys_per_s,N,1/s",
                        "contained-1000,5,loop_p99_ms,N,ms",
                        "contained-1000,5,bytes_per_task,N,bytes");
    }

    @Test
    void shouldShowTheGoalBesideTheFigure() {
        run("--quick", "--only", "contained-1000");

        assertThat(out.toString()).containsPattern("contained-1000 +5 +launches_per_s +[0-9.]+ 1/s +>= 300\n");
    }
}
