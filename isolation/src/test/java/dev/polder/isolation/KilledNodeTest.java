package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.KilledNode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node is killed with -9 at random moments, while it launches containers in groups and namespaces and kills some, and
 * started again each time. {@code -Dkills=N} says how often, {@code -Dseed=N} when.
 */
@Tag("slow")
class KilledNodeTest {
    private static final int KILLS = Integer.getInteger("kills", 12);
    private static final int LIFE_MS_MAX = 700;

    @TempDir
    Path base;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<ContainerId, Kind> launched = new HashMap<>();
    private final Map<ContainerId, String> ends = new HashMap<>();
    /** Those that no node has seen end, which is no reason that they were to be killed. */
    private final Set<ContainerId> killedAtLast = new HashSet<>();

    private TestHost host;

    @BeforeEach
    void makeHost() throws IOException {
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root has control groups and namespaces");
        host = new TestHost(base);
    }

    /** Returns the part of an end that does not depend on words. */
    static String words(ContainerEnd end) {
        return end instanceof ContainerEnd.Exited exited
                ? exited.status().toString()
                : end.getClass().getSimpleName();
    }

    @Test
    void shouldRunEachContainerOnceTellItsEndAndLeaveNothing() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            liveAndDie(base.resolve("said-" + kill));
        }

        endTheRest();

        Map<String, Integer> summary = new TreeMap<>();
        for (Map.Entry<ContainerId, Kind> entry : launched.entrySet()) {
            summary.merge(entry.getValue() + " " + check(entry.getKey(), entry.getValue()), 1, Integer::sum);
        }
        System.out.println(KILLS + " kills, seed " + seed + ": " + summary);
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(base.toString());
    }

    private void liveAndDie(Path said) throws IOException, InterruptedException {
        Path log = base.resolve("node.log");
        Process node = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledNode.class.getName(),
                        base.toString(),
                        Long.toString(random.nextLong()))
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> Files.size(said) > 0 || !node.isAlive());
        assertThat(node.isAlive()).as(Files.readString(log)).isTrue();
        // the moment is what is tried out, so there is nothing to wait for
        node.waitFor(random.nextInt(LIFE_MS_MAX), TimeUnit.MILLISECONDS);
        node.destroyForcibly().waitFor();
        Files.readAllLines(said).forEach(this::heard);
    }

    private void heard(String line) {
        String[] words = line.split(" ", 4);
        switch (words[0]) {
            case "launch" -> launched.put(ContainerId.parse(words[1]), Kind.valueOf(words[2]));
            case "end" -> {
                assertThat(words).as(line).hasSize(3);
                assertThat(ends.merge(
                                ContainerId.parse(words[1]),
                                words[2],
                                (one, other) -> one.equals(other) ? one : one + " and " + other))
                        .as(line)
                        .isEqualTo(words[2]);
            }
            default -> {
                // it is ready, or has started one
            }
        }
    }

    private void endTheRest() throws IOException {
        RecordingContainers heard = new RecordingContainers();
        try (Containerizer containerizer = KilledNode.open(base, heard)) {
            containerizer.start();
            killedAtLast.addAll(containerizer.recovered());
            killedAtLast.forEach(id -> containerizer.kill(id, Duration.ofSeconds(1)));
            for (ContainerId id : killedAtLast) {
                RecordingContainers.Ended ended = heard.awaitEnd(id);
                assertThat(ended.remains()).isEmpty();
                heard("end " + id + " " + words(ended.end()));
                containerizer.forget(id);
            }
        }
    }

    private String check(ContainerId id, Kind kind) throws IOException {
        Path marker = host.sandbox(id).resolve("ran");
        int runs = Files.exists(marker) ? Files.readAllLines(marker).size() : 0;
        String end = ends.getOrDefault(id, "untold");
        switch (end) {
            // killed before anything of it was written down
            case "untold" -> assertThat(host.files(id).path()).doesNotExist();
            case "NotStarted", "Lost" ->
                assertThat(runs).as("runs of %s, %s", id, end).isZero();
            default -> {
                if (!kind.isKilled() && !killedAtLast.contains(id)) {
                    assertThat(end).as("end of %s", id).isEqualTo(kind.end);
                    assertThat(runs).as("runs of %s", id).isEqualTo(1);
                }
            }
        }
        assertThat(runs).as("runs of %s, %s", id, end).isLessThanOrEqualTo(end.equals("untold") ? 0 : 1);
        assertThat(Remains.groups(id)).isEmpty();
        assertThat(Remains.processes(id)).isEmpty();
        return end;
    }
}
