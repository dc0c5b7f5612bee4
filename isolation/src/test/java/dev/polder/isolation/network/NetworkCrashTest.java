package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes with networks are killed with -9, each at another place of a launch, and leave nothing for ever. Needs root. */
@Tag("slow")
@Timeout(120)
class NetworkCrashTest {
    private static final int SIGKILL_CODE = 137;

    @TempDir
    static Path ofPlugins;

    private static RealPlugins plugins;
    private static String before;

    @TempDir
    Path base;

    @BeforeAll
    static void makeHost() throws Exception {
        plugins = new RealPlugins(ofPlugins);
        plugins.warmUp();
        before = plugins.traces();
    }

    @AfterAll
    static void endHost() throws Exception {
        if (plugins != null) {
            plugins.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ADD bridge before",
                "ADD tuning after",
                "ADD portmap after",
                "BEFORE_INTENT",
                "BEFORE_STARTED",
                "BEFORE_PID",
                "RUNNING",
                "BEING_KILLED",
                "EXITED",
                "DEL portmap before",
                "DEL bridge after"
            })
    void shouldLeaveNothing(String place) throws Exception {
        base = base.toRealPath();
        Files.createDirectory(base.resolve("sandbox"));
        ContainerId id = RealPlugins.newContainer();
        if (place.contains(" ")) {
            plugins.killAt(place);
        }

        runUntilKilled(place, id);

        assertThat(base.resolve("network/containers").resolve(id.toString())).exists();
        endAll(place, id);
        for (String directory : List.of("containers", "namespaces", "cni/attachments", "cni/tmp")) {
            assertThat(base.resolve("network").resolve(directory)).isEmptyDirectory();
        }
        assertThat(plugins.traces()).isEqualTo(before);
        HostNamespace.assertNothingIsMounted(base.resolve("network"));
    }

    private void endAll(String place, ContainerId id) throws IOException {
        NetworkNode next = new NetworkNode("nowhere");
        LaunchProbe.release(base.resolve("containers"), id);
        try (Containerizer containerizer = next.open(
                base,
                plugins.settings.configurationDirectory(),
                plugins.settings.pluginDirectories().get(0))) {
            if (!place.startsWith("ADD") && !place.equals("BEFORE_INTENT")) {
                assertThat(containerizer.recovered()).containsExactly(id);
            }
            containerizer.killAll(Duration.ofSeconds(10));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> next.ended.containsAll(containerizer.recovered()));
        }
    }

    private void runUntilKilled(String place, ContainerId id) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NetworkNode.class.getName(),
                        base.toString(),
                        place,
                        id.toString(),
                        plugins.settings.configurationDirectory().toString(),
                        plugins.settings.pluginDirectories().get(0).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.equals("reached")) {
                line = lines.readLine();
            }
            if (place.contains(" ")) {
                assertThat(process.waitFor()).isEqualTo(SIGKILL_CODE);
            } else {
                assertThat(line).as("the node came to %s", place).isEqualTo("reached");
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
