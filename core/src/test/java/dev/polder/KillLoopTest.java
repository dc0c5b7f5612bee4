package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.KillLoopNode.Place;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.LaunchProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a node with -9 again and again, each time at another point of a task's life, and looks what became of its tasks. */
@Tag("slow")
final class KillLoopTest {
    private static final int KILLS = Integer.getInteger("kills", 20);

    private static final List<Place> PLACES = Arrays.stream(Place.values())
            .filter(place -> place != Place.NOWHERE)
            .toList();

    @TempDir
    private Path directory;

    private final Set<String> launched = new LinkedHashSet<>();
    private final Map<String, String> ended = new TreeMap<>();
    private final Map<Place, Integer> killsByPlace = new EnumMap<>(Place.class);

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shouldStartNoTaskTwiceAndLoseNoneWhenKilledAnywhere() throws Exception {
        Path markers = Files.createDirectory(directory.resolve("markers"));

        for (int round = 0; round < KILLS; round++) {
            Place place = PLACES.get(round % PLACES.size());
            killAt(place, round, markers);
        }
        settle(markers);

        System.out.println("kills by place: " + killsByPlace);
        assertThat(killsByPlace).containsOnlyKeys(PLACES);
        assertThat(ended.keySet()).containsAll(launched);
        for (String task : ended.keySet()) {
            assertThat(startsOf(markers, task)).as("starts of %s", task).hasSizeLessThanOrEqualTo(1);
            if (ended.get(task).equals("TASK_FINISHED")) {
                assertThat(startsOf(markers, task)).as("starts of %s", task).hasSize(1);
            }
        }
        assertThat(stillRunning(markers)).isEmpty();
    }

    private void killAt(Place place, int round, Path markers) throws Exception {
        Process node = start(markers, round, place);
        try (BufferedReader out = node.inputReader()) {
            String reached = readUntil(out, "REACHED");
            if (reached == null) {
                throw new AssertionError("round " + round + " did not come to " + place);
            }
            // by its handle: the process itself would close the output that is still to be read
            node.toHandle().destroyForcibly();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                note(line);
            }
            node.waitFor();
            killsByPlace.merge(place, 1, Integer::sum);
            boolean release = (round / PLACES.size()) % 2 == 0;
            if (release && !reached.endsWith("-")) {
                ContainerId id = new ContainerId(UUID.fromString(reached.substring(reached.lastIndexOf(' ') + 1)));
                LaunchProbe.release(directory.resolve("data/agent/containers"), id);
            }
        }
    }

    private void settle(Path markers) throws Exception {
        Process node = start(markers, KILLS, Place.NOWHERE);
        try (BufferedReader out = node.inputReader()) {
            assertThat(readUntil(out, "SETTLED")).isNotNull();
            assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(node.exitValue()).isZero();
        }
    }

    private Process start(Path markers, int round, Place place) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                KillLoopNode.class.getName(),
                directory.resolve("data").toString(),
                markers.toString(),
                Integer.toString(round),
                place.name()));
        launched.stream().filter(task -> !ended.containsKey(task)).forEach(command::add);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
    }

    private @Nullable String readUntil(BufferedReader out, String word) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            note(line);
            if (line.startsWith(word)) {
                return line;
            }
        }
        return null;
    }

    private void note(String line) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("LAUNCHED")) {
            launched.add(words[1]);
        } else if (words[0].equals("ENDED")) {
            ended.put(words[1], words[2]);
        }
    }

    private static List<String> startsOf(Path markers, String task) throws IOException {
        Path marker = markers.resolve(task);
        return Files.exists(marker) ? Files.readAllLines(marker) : List.of();
    }

    private static List<String> stillRunning(Path markers) throws IOException {
        List<String> running = new ArrayList<>();
        try (Stream<Path> markerFiles = Files.list(markers)) {
            for (Path marker : markerFiles.toList()) {
                for (String pid : Files.readAllLines(marker)) {
                    Path commandLine = Path.of("/proc", pid, "cmdline");
                    if (Files.exists(commandLine)
                            && Files.readString(commandLine).startsWith("sleep")) {
                        running.add(marker.getFileName() + " as " + pid);
                    }
                }
            }
        }
        return running;
    }
}
