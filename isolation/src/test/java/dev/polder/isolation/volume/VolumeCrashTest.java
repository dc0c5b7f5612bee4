package dev.polder.isolation.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.LaunchProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes with volumes are killed with -9, each at another place of a launch, and leave nothing for ever. Needs root. */
@Tag("slow")
@Timeout(120)
class VolumeCrashTest {
    @TempDir
    Path base;

    static List<String> places() {
        return VolumeNode.PLACES;
    }

    @ParameterizedTest
    @MethodSource("places")
    void shouldLeaveNothing(String place) throws Exception {
        base = base.toRealPath();
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root mounts volumes");
        Files.createDirectory(base.resolve("host"));
        Files.createDirectory(base.resolve("sandbox"));
        ContainerId id = new ContainerId(UUID.randomUUID());
        try (PluginServer server = new PluginServer(base.resolve("nfs.sock"), base.resolve("external"));
                PluginServer hung = new PluginServer(base.resolve("hung.sock"), base.resolve("external"))) {
            hung.hangs = "/VolumeDriver.Mount";
            Process killed = runUntilReached(place, id, hung);

            killed.destroyForcibly().waitFor();

            assertThat(mountinfo()).doesNotContain(base.toString());
            assertThat(server.users("data")).isNotEmpty();
            hung.answersAgain();
            endAll(place, id);
            assertThat(server.users("data")).isEmpty();
        }
        assertThat(mountinfo()).doesNotContain(base.toString());
        assertThat(base.resolve("volumes/mounts")).isEmptyDirectory();
        assertThat(secrets()).doesNotExist();
    }

    private static String mountinfo() throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo"));
    }

    private Path secrets() {
        byte[] name = base.resolve("volumes").toString().getBytes(StandardCharsets.UTF_8);
        return Path.of("/dev/shm/polder-" + UUID.nameUUIDFromBytes(name));
    }

    private void endAll(String place, ContainerId id) throws IOException {
        VolumeNode next = new VolumeNode("nowhere");
        LaunchProbe.release(base.resolve("containers"), id);
        try (Containerizer containerizer = next.open(base)) {
            if (!place.startsWith("PREPAR") && !place.equals("BEFORE_INTENT")) {
                assertThat(containerizer.recovered()).containsExactly(id);
            }
            containerizer.killAll(Duration.ofSeconds(10));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> next.ended.containsAll(containerizer.recovered()));
        }
    }

    private Process runUntilReached(String place, ContainerId id, PluginServer hung) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        VolumeNode.class.getName(),
                        base.toString(),
                        place,
                        id.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (place.equals("PREPARING")) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> hung.asked.contains("/VolumeDriver.Mount"));
            return process;
        }
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        String line = lines.readLine();
        while (line != null && !line.equals("reached")) {
            line = lines.readLine();
        }
        assertThat(line).as("the node came to %s", place).isEqualTo("reached");
        return process;
    }
}
