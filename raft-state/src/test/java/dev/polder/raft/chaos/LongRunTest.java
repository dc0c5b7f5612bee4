package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes that write much more than they keep. {@code -DlongWrites=N} sets how many entries of 200 bytes. */
@Tag("slow")
class LongRunTest {
    private static final long WRITES = Long.getLong("longWrites", 1_000_000);
    private static final long STEP = Math.max(1, Math.min(1_000_000, WRITES / 4));
    /** What stays behind a snapshot, what makes the next one due, both with its segments, and what a laggard needs. */
    private static final long DISK_MIB_MAX = 256;

    private static final long HEAP_MIB_MAX = 64;

    @TempDir
    Path directory;

    private record Figures(long number, long diskMiB, long heapMiB) {}

    @Test
    void shouldKeepDiskAndHeapBoundedHoweverMuchIsWritten() throws Exception {
        List<String> members;
        try (FreePorts ports = FreePorts.hold(3)) {
            members = ports.addresses();
        }
        List<Process> running = new ArrayList<>();
        long startNanos = System.nanoTime();
        try {
            for (String member : members) {
                running.add(start(member, members));
            }
            for (int i = 0; i < members.size(); i++) {
                List<Figures> figures = figures(running.get(i).inputReader());
                long seconds = (System.nanoTime() - startNanos) / 1_000_000_000;
                System.out.printf("longWrites=%d member=%d seconds=%d %s%n", WRITES, i + 1, seconds, figures);
                assertThat(figures).hasSize((int) (WRITES / STEP)).allSatisfy(at -> {
                    assertThat(at.diskMiB).as("disk").isLessThan(DISK_MIB_MAX);
                    assertThat(at.heapMiB).as("heap after a collection").isLessThan(HEAP_MIB_MAX);
                });
            }
        } finally {
            running.forEach(Process::destroyForcibly);
        }
    }

    private Process start(String member, List<String> members) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LongRunVictim.class.getName(),
                        directory.resolve("member-" + members.indexOf(member)).toString(),
                        member,
                        String.join(",", members),
                        String.valueOf(WRITES),
                        String.valueOf(STEP))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Reads what a member tells until it has told of the last entry. */
    private static List<Figures> figures(BufferedReader lines) throws IOException {
        List<Figures> figures = new ArrayList<>();
        while (figures.size() < WRITES / STEP) {
            String line = lines.readLine();
            assertThat(line).as("the member lives").isNotNull();
            String[] words = line.split(" ", -1);
            figures.add(new Figures(
                    Long.parseLong(words[0]), Long.parseLong(words[1]) >> 20, Long.parseLong(words[2]) >> 20));
        }
        return figures;
    }
}
