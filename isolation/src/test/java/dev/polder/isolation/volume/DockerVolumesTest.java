package dev.polder.isolation.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.docker.DockerException;
import dev.polder.isolation.docker.DockerVolumePlugin;
import dev.polder.isolation.docker.PluginSockets;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Volumes of a plug-in that is good, bad, silent, or not there. */
@Timeout(60)
class DockerVolumesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);

    @TempDir
    Path base;

    private Path plugins;
    private PluginServer server;

    @BeforeEach
    void start() throws IOException {
        plugins = Files.createDirectory(base.resolve("plugins"));
        server = new PluginServer(plugins.resolve("nfs.sock"), base.resolve("volumes"));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private DockerVolumes volumes(Duration silenceMax) {
        return new DockerVolumes(List.of(base.resolve("absent"), plugins), silenceMax, Path.of("/node"));
    }

    @Test
    void shouldMakeMountAndUnmountAVolume() throws IOException {
        DockerVolumes volumes = volumes(LONG);

        Path place = volumes.mount("nfs", "data", Map.of("size", "1G"));

        assertThat(place).isEqualTo(base.resolve("volumes/data")).isDirectory();
        assertThat(volumes.mounted("nfs", "data")).contains(place);
        assertThat(server.users("data")).hasSize(1).allMatch(user -> user.startsWith("polder-"));
        assertThat(server.asked)
                .containsExactly(
                        "/Plugin.Activate",
                        "/VolumeDriver.Create",
                        "/VolumeDriver.Mount",
                        "/Plugin.Activate",
                        "/VolumeDriver.Path");
        volumes.unmount("nfs", "data");
        assertThat(server.users("data")).isEmpty();
        assertThat(volumes.mounted("nfs", "data")).isEmpty();
    }

    @Test
    void shouldNotUnmountWhatIsNotMounted() throws IOException {
        volumes(LONG).unmount("nfs", "data");

        assertThat(server.asked).doesNotContain("/VolumeDriver.Unmount");
    }

    @Test
    void shouldUnmountWhatItHadMountedBeforeBothWereStartedAgain() throws IOException {
        volumes(LONG).mount("nfs", "data", Map.of());
        server = server.again();

        volumes(LONG).unmount("nfs", "data");

        assertThat(server.users("data")).isEmpty();
    }

    @Test
    void shouldSayWhatAPluginSays() {
        server.answers.put("/VolumeDriver.Mount", "{\"Err\":\"the server is down\"}");
        assertThatThrownBy(() -> volumes(LONG).mount("nfs", "data", Map.of()))
                .hasMessage("the plug-in at " + plugins + "/nfs.sock refuses /VolumeDriver.Mount: the server is down");
        server.answers.put("/VolumeDriver.Mount", "{\"Mountpoint\":\"\"}");
        assertThatThrownBy(() -> volumes(LONG).mount("nfs", "data", Map.of()))
                .hasMessageContaining("does not say where it has mounted 'data'");
        server.answers.put("/VolumeDriver.Mount", "{\"Mountpoint\":\"here\"}");
        assertThatThrownBy(() -> volumes(LONG).mount("nfs", "data", Map.of()))
                .hasMessageContaining("says 'here', which is no absolute path");
        server.answers.put("/VolumeDriver.Mount", "nonsense");
        assertThatThrownBy(() -> volumes(LONG).mount("nfs", "data", Map.of())).hasMessageContaining("is not JSON");
        server.status = 500;
        assertThatThrownBy(() -> volumes(LONG).mount("nfs", "data", Map.of()))
                .isInstanceOf(DockerException.class)
                .hasMessageContaining("is answered with 500");
    }

    @Test
    void shouldNotReadAnAnswerWithoutEnd() {
        server.answers.put("/VolumeDriver.Create", "\"" + "x".repeat(1 << 20) + "\"");

        assertThatThrownBy(() -> volumes(LONG).mount("nfs", "data", Map.of()))
                .hasMessage("an answer has more than 1048576 bytes");
    }

    @Test
    void shouldNotWaitForeverForASilentPlugin() {
        server.hangs = "/VolumeDriver.Mount";

        assertThatThrownBy(() -> volumes(SHORT).mount("nfs", "data", Map.of()))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("was silent for PT0.1S");
    }

    @Test
    void shouldRefuseAPluginForSomethingElse() {
        server.answers.put("/Plugin.Activate", "{\"Implements\":[\"NetworkDriver\"]}");

        assertThatThrownBy(() -> volumes(LONG).mounted("nfs", "data"))
                .hasMessageContaining("implements [NetworkDriver], and no VolumeDriver");
    }

    @Test
    void shouldKnowWhetherVolumesAreThereOnAllHosts() throws IOException {
        DockerVolumePlugin plugin = DockerVolumePlugin.activate(plugins.resolve("nfs.sock"), LONG);

        assertThat(plugin.isGlobal()).isTrue();
        server.answers.put("/VolumeDriver.Capabilities", "{}");
        assertThat(plugin.isGlobal()).isFalse();
    }

    @Test
    void shouldFindPluginsByTheirSocketsAndByWhatTheirFilesSay() throws IOException {
        PluginSockets sockets = new PluginSockets(List.of(base.resolve("absent"), plugins));
        Path own = Files.createDirectory(plugins.resolve("own"));
        Files.createFile(own.resolve("own.sock"));
        Files.writeString(plugins.resolve("told.spec"), "unix:///run/told.sock\n");
        Files.writeString(plugins.resolve("far.spec"), "tcp://10.0.0.1:8080");

        assertThat(sockets.find("nfs")).isEqualTo(plugins.resolve("nfs.sock"));
        assertThat(sockets.find("own")).isEqualTo(own.resolve("own.sock"));
        assertThat(sockets.find("told")).isEqualTo(Path.of("/run/told.sock"));
        assertThatThrownBy(() -> sockets.find("far")).hasMessageContaining("is no socket of this host");
        assertThatThrownBy(() -> sockets.find("none"))
                .hasMessage("there is no plug-in 'none' in [" + base + "/absent, " + plugins + "]");
        for (String name : List.of("../nfs", "", "a/b", ".nfs")) {
            assertThatThrownBy(() -> sockets.find(name)).hasMessageContaining("is not of the form");
        }
    }
}
