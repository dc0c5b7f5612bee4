package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent is killed before and after each plug-in; the next one finds what is left and takes it away. */
@Tag("slow")
class KilledAgentTest {
    private static final int SIGKILL_CODE = 137;

    @TempDir
    Path directory;

    @Test
    void shouldCleanWhatAnAgentLeftThatWasKilledAtAnyStep() throws Exception {
        RealPlugins plugins = new RealPlugins(directory);
        try {
            plugins.warmUp();
            String before = plugins.traces();
            for (String point : points()) {
                ContainerId container = RealPlugins.newContainer();
                plugins.containers.create(container);
                plugins.killAt(point);

                assertThat(runAgent(plugins, container)).describedAs(point).isEqualTo(SIGKILL_CODE);

                // the plug-in that killed it may still be at work
                CniRuntime next = CniRuntime.open(plugins.settings);
                assertThat(next.containers()).describedAs(point).containsExactly(container);
                assertThat(plugins.containers.containers()).containsExactly(container);
                next.detach(container);
                plugins.containers.release(container);
                assertThat(plugins.traces()).describedAs(point).isEqualTo(before);
                assertThat(next.containers()).describedAs(point).isEmpty();
            }
        } finally {
            plugins.close();
        }
    }

    private static List<String> points() {
        List<String> points = new ArrayList<>();
        for (String type : List.of("bridge", "portmap", "firewall", "bandwidth", "tuning")) {
            points.add("ADD " + type + " before");
            points.add("ADD " + type + " after");
            points.add("DEL " + type + " after");
        }
        points.add("DEL tuning before");
        return points;
    }

    private int runAgent(RealPlugins plugins, ContainerId container) throws Exception {
        Path words = directory.resolve("agent");
        Process agent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AttachingProcess.class.getName(),
                        plugins.settings.configurationDirectory().toString(),
                        plugins.settings.pluginDirectories().get(0).toString(),
                        plugins.settings.stateDirectory().toString(),
                        container.toString(),
                        plugins.containers.path(container).toString())
                .redirectErrorStream(true)
                .redirectOutput(words.toFile())
                .start();
        try {
            assertThat(agent.waitFor(60, TimeUnit.SECONDS))
                    .describedAs(Files.readString(words))
                    .isTrue();
            assertThat(Files.readString(words)).isEmpty();
            return agent.exitValue();
        } finally {
            agent.destroyForcibly().waitFor();
        }
    }
}
