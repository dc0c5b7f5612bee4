package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the processes of a host that is made up have used. */
class ProcessTableTest {
    private static final long TICK_NANOS = 10_000_000;
    private static final int PAGE_BYTES = 16_384;

    @TempDir
    Path proc;

    private void process(long pid, String name, long parent, long startTick, String used) throws IOException {
        String[] each = used.split(" ", -1);
        String line =
                pid + " (" + name + ") S " + parent + " 1 1 0 -1 4194304 90 0 0 0 " + each[0] + " " + each[1] + " "
                        + each[2] + " " + each[3] + " 20 0 " + each[4] + " 0 " + startTick + " 4096000 " + each[5]
                        + " 18446744073709551615 1 1 0\n";
        Files.writeString(
                Files.createDirectories(proc.resolve(Long.toString(pid))).resolve("stat"), line);
    }

    private static TaskProcess task(long pid, long tick) {
        return new TaskProcess(pid, tick, 2, "boot");
    }

    /** Makes pages of four times the usual size. */
    private void pages() throws IOException {
        ByteBuffer pairs = ByteBuffer.allocate(48).order(ByteOrder.nativeOrder());
        pairs.putLong(33)
                .putLong(4_711)
                .putLong(6)
                .putLong(PAGE_BYTES)
                .putLong(0)
                .putLong(0);
        Files.write(Files.createDirectories(proc.resolve("self")).resolve("auxv"), pairs.array());
    }

    @Test
    void shouldAddUpWhatDescendsFromATask() throws IOException {
        pages();
        process(10, "sh", 2, 100, "1 2 30 40 1 5");
        process(11, "a) S 1 (b", 10, 110, "100 200 0 0 7 50");
        process(12, "leaf", 11, 120, "1000 2000 0 0 1 500");
        process(13, "of another", 2, 90, "9 9 9 9 9 9");

        ContainerUsage usage = ProcessTable.read(proc).usage(task(10, 105));

        assertThat(ProcessTable.read(proc).pids(task(10, 105))).containsExactlyInAnyOrder(10L, 11L, 12L);
        assertThat(ProcessTable.read(proc).pids(task(10, 95))).isEmpty();
        assertThat(usage.cpuTime()).contains(new ContainerUsage.CpuTime(1_131 * TICK_NANOS, 2_242 * TICK_NANOS));
        assertThat(usage.memory().orElseThrow().rssBytes()).isEqualTo(555L * PAGE_BYTES);
        assertThat(usage.processes()).isEqualTo(OptionalLong.of(3));
        assertThat(usage.threads()).isEqualTo(OptionalLong.of(9));
    }

    @Test
    void shouldNotTakeAnotherProcessForTheTasks() throws IOException {
        process(10, "sh", 2, 200, "1 1 1 1 1 1");

        assertThat(ProcessTable.read(proc).usage(task(10, 199))).isEqualTo(ContainerUsage.NONE);
        assertThat(ProcessTable.read(proc).usage(task(11, 300))).isEqualTo(ContainerUsage.NONE);
    }

    /** While the table is read a number may be used again for what is a parent. */
    @Test
    void shouldNotGoRoundInACircle() throws IOException {
        process(10, "sh", 12, 100, "1 0 0 0 1 1");
        process(11, "child", 10, 110, "1 0 0 0 1 1");
        process(12, "grandchild", 11, 120, "1 0 0 0 1 1");

        assertThat(ProcessTable.read(proc).usage(task(10, 100)).processes()).isEqualTo(OptionalLong.of(3));
    }

    @Test
    void shouldLeaveOutWhatItDoesNotUnderstand() throws IOException {
        process(10, "sh", 2, 100, "1 1 0 0 1 1");
        Files.writeString(Files.createDirectories(proc.resolve("11")).resolve("stat"), "11 (cut) S 10 1\n");
        Files.createDirectories(proc.resolve("12"));

        assertThat(ProcessTable.read(proc).usage(task(10, 100)).processes()).isEqualTo(OptionalLong.of(1));
        assertThat(ProcessTable.read(proc.resolve("absent")).usage(task(10, 100)))
                .isEqualTo(ContainerUsage.NONE);
    }
}
