package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.Signaled;
import dev.polder.isolation.LaunchProbe.Phase;
import dev.polder.isolation.RecordingListener.Told;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs are killed with -9, each at one phase of one launch, in turn; {@code -Dkills=N} says how many. */
@Tag("slow")
class CrashTest {
    private static final int KILLS = Integer.getInteger("kills", 20);

    @TempDir
    Path base;

    private final HostProcesses processes = new HostProcesses(Path.of("/proc"));

    /** What a killed JVM has said. */
    private record Said(ContainerId target, List<ContainerId> all, Map<ContainerId, String> ends, Process process) {}

    @Test
    void shouldRunNothingTwiceAndEndEverythingOnce() throws Exception {
        Map<Phase, Integer> kills = new EnumMap<>(Phase.class);
        List<Phase> phases = List.of(Phase.values());
        for (int i = 0; i < KILLS; i++) {
            Phase phase = phases.get(i % phases.size());
            boolean releaseEarly = i / phases.size() % 2 == 1;

            crashAndRecover(base.resolve("kill-" + i), phase, releaseEarly);

            kills.merge(phase, 1, Integer::sum);
        }
        System.out.println("kills by phase: " + kills);
        if (KILLS >= phases.size()) {
            assertThat(kills).hasSize(phases.size());
        }
    }

    private void crashAndRecover(Path directory, Phase phase, boolean releaseEarly) throws Exception {
        TestHost host = new TestHost(directory);
        Said said = runUntilReached(directory, phase, false);
        said.process().destroyForcibly().waitFor();
        RecordingListener heard = new RecordingListener();
        if (phase != Phase.RUNNING && phase != Phase.EXITED) {
            Files.createFile(host.sandbox(said.target()).resolve("end"));
        }
        if (releaseEarly) {
            LaunchProbe.release(host.containers, said.target());
        }

        try (TaskLauncher launcher =
                TaskLauncher.open(host.containers, "n1", false, heard, new StoppingProbe(Duration.ofMillis(300)))) {
            launcher.start();
            if (phase == Phase.RUNNING) {
                Files.createFile(host.sandbox(said.target()).resolve("end"));
            }
            for (ContainerId id : launcher.recovered()) {
                checkEnd(host, id, heard.awaitEnd(id), said.ends().get(id));
            }
            LaunchProbe.release(host.containers, said.target());
            checkTarget(host, said.target(), heard.story(said.target()), phase, releaseEarly);
            for (ContainerId id : said.all()) {
                Awaitility.await()
                        .until(() ->
                                processes.ofContainer(id, host.files(id).path()).isEmpty());
                assertThat(markers(host, id)).as("runs of %s", id).isLessThanOrEqualTo(1);
                if (!launcher.recovered().contains(id)) {
                    assertThat(markers(host, id))
                            .as("runs of %s, which has left nothing", id)
                            .isZero();
                }
            }
            heard.checkStories();
        }
    }

    private static void checkEnd(TestHost host, ContainerId id, Told end, @Nullable String toldBefore)
            throws IOException {
        if (end instanceof Told.Exited exited) {
            assertThat(markers(host, id)).as("runs of %s", id).isEqualTo(1);
            if (toldBefore != null) {
                assertThat(exited.status()).as("end of %s, told again", id).hasToString(toldBefore);
            }
        } else {
            assertThat(markers(host, id)).as("runs of %s, told %s", id, end).isZero();
        }
    }

    private static void checkTarget(TestHost host, ContainerId target, List<Told> story, Phase phase, boolean early)
            throws IOException {
        boolean runs = switch (phase) {
            case BEFORE_INTENT -> false;
            case BEFORE_STARTED, BEFORE_PID -> early;
            case RUNNING, BEING_KILLED, EXITED -> true;
        };
        if (phase == Phase.BEFORE_INTENT) {
            assertThat(story).isEmpty();
        } else if (runs && phase != Phase.BEFORE_STARTED) {
            assertThat(story).last().isEqualTo(new Told.Exited(new Exited(7)));
        } else if (!runs) {
            Class<? extends Told> kind = phase == Phase.BEFORE_PID ? Told.Lost.class : Told.NotStarted.class;
            assertThat(story).hasSize(1).first().isInstanceOf(kind);
            assertThat(markers(host, target)).isZero();
        }
    }

    private static long markers(TestHost host, ContainerId id) throws IOException {
        Path file = host.sandbox(id).resolve("ran");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    /** Starts a JVM and returns when its target has come to the phase. */
    static Said runUntilReached(Path directory, Phase phase, boolean endOrphans) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingNode.class.getName(),
                        directory.toString(),
                        phase.name(),
                        Boolean.toString(endOrphans))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ContainerId> all = new ArrayList<>();
        Map<ContainerId, String> ends = new HashMap<>();
        ContainerId target = TestHost.newId();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        while (true) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the JVM ended before it reached " + phase);
            }
            String[] words = line.split(" ", 3);
            ContainerId id = ContainerId.parse(words[1]);
            switch (words[0]) {
                case "bystander" -> all.add(id);
                case "target" -> {
                    target = id;
                    all.add(id);
                }
                case "ended" -> ends.put(id, words[2]);
                case "reached" -> {
                    return new Said(target, all, ends, process);
                }
                default -> {
                    // started
                }
            }
        }
    }

    @Test
    void shouldEndTasksOfAKilledJvmIfItWasToldTo() throws Exception {
        TestHost host = new TestHost(base);
        Said said = runUntilReached(base, Phase.RUNNING, true);

        said.process().destroyForcibly().waitFor();

        for (ContainerId id : said.all()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() ->
                            processes.ofContainer(id, host.files(id).path()).isEmpty());
        }
        assertThat(host.files(said.target()).read().exit()).isIn(new Exited(7), new Signaled(15));
    }
}
