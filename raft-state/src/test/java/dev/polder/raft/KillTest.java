package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process on a real disk, killed with -9 while it commits. {@code -Dkills=N} sets how often. */
@Tag("slow")
class KillTest {
    private static final int KILLS = Integer.getInteger("kills", 10);

    @TempDir
    Path directory;

    @Test
    void shouldLoseNoCommittedEntryWhenTheProcessIsKilled() throws Exception {
        Random random = new Random(11);
        List<Long> told = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            told.addAll(runAndKill(1 + random.nextInt(5_000), told));
        }

        assertThat(told).hasSizeGreaterThan(KILLS).isSorted().doesNotHaveDuplicates();
        List<Long> kept = replay();
        assertThat(kept).isSorted().doesNotHaveDuplicates();
        Set<Long> keptIds = new HashSet<>(kept);
        assertThat(told.stream().filter(id -> !keptIds.contains(id))).as("lost").isEmpty();
        System.out.printf("kills=%d told=%d kept=%d%n", KILLS, told.size(), kept.size());
    }

    /** Starts the victim, kills it when it has told that many ids, and returns all that it told. */
    private List<Long> runAndKill(int ids, List<Long> before) throws IOException, InterruptedException {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KillVictim.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Long> told = new ArrayList<>();
        try (BufferedReader lines = victim.inputReader()) {
            List<String> replayed = words(lines);
            assertThat(replayed).startsWith("replayed").endsWith(".");
            assertThat(Long.parseLong(replayed.get(1))).isGreaterThanOrEqualTo(before.size());
            long lastTold = before.isEmpty() ? 0 : before.get(before.size() - 1);
            assertThat(Long.parseLong(replayed.get(2))).isGreaterThanOrEqualTo(lastTold);
            for (List<String> line = words(lines); line.size() == 2; line = words(lines)) {
                told.add(Long.parseLong(line.get(0)));
                if (told.size() == ids) {
                    // Through the handle: the process object would close the stream, and with it what is still in it.
                    victim.toHandle().destroyForcibly();
                }
            }
        } finally {
            victim.destroyForcibly();
        }
        assertThat(victim.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(victim.exitValue()).as("killed with -9").isEqualTo(137);
        return told;
    }

    private static List<String> words(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        return line == null ? List.of() : List.of(line.split(" ", -1));
    }

    private List<Long> replay() throws IOException {
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            return running.listener().committed().stream()
                    .map(entry -> ByteBuffer.wrap(entry).getLong())
                    .toList();
        }
    }
}
