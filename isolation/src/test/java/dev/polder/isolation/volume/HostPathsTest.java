package dev.polder.isolation.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostPathsTest {
    @TempDir
    Path base;

    private HostPaths paths;

    @BeforeEach
    void makeTree() throws IOException {
        base = base.toRealPath();
        Files.createDirectories(base.resolve("open/deep"));
        Files.createDirectories(base.resolve("opener"));
        Files.createFile(base.resolve("closed"));
        Files.createSymbolicLink(base.resolve("open/inside"), Path.of("deep"));
        Files.createSymbolicLink(base.resolve("open/outside"), base.resolve("closed"));
        Files.createSymbolicLink(base.resolve("alias"), base.resolve("open"));
        paths = new HostPaths(List.of(base.resolve("absent"), base.resolve("alias")));
    }

    @Test
    void shouldFindWhatIsBelowAnAllowedPath() throws IOException {
        assertThat(paths.find(base + "/open/deep").path()).isEqualTo(base.resolve("open/deep"));
        assertThat(paths.find(base + "/open").directory()).isTrue();
        assertThat(paths.find(base + "/alias/inside").path()).isEqualTo(base.resolve("open/deep"));
    }

    @Test
    void shouldRefuseWhatIsNot() {
        String allowed = "[" + base + "/absent, " + base + "/alias] (host-path-volume-allow)";
        assertThatThrownBy(() -> paths.find(base + "/closed"))
                .hasMessage("Path '" + base + "/closed' in HOST_PATH volume is not below what this agent allows: "
                        + allowed);
        assertThatThrownBy(() -> paths.find(base + "/opener")).hasMessageContaining("is not below");
        assertThatThrownBy(() -> paths.find(base.toString())).hasMessageContaining("is not below");
        assertThatThrownBy(() -> new HostPaths(List.of()).find(base.toString()))
                .hasMessageEndingWith("allows: nothing (host-path-volume-allow)");
    }

    @Test
    void shouldRefuseALinkThatLeadsOut() {
        assertThatThrownBy(() -> paths.find(base + "/open/outside"))
                .hasMessageContaining("leads to '" + base + "/closed', which is not below");
    }

    @Test
    void shouldRefuseWhatIsNotThereOrNoPath() {
        assertThatThrownBy(() -> paths.find(base + "/open/none"))
                .hasMessage("Path '" + base + "/open/none' in HOST_PATH volume does not exist");
        assertThatThrownBy(() -> paths.find("open")).hasMessage("Path 'open' in HOST_PATH volume is not absolute");
        assertThatThrownBy(() -> paths.find(base + "/open/../closed")).hasMessageContaining("has a '..'");
    }

    @Test
    void shouldAllowAllWhereAnOperatorSaysSo() throws IOException {
        assertThat(new HostPaths(List.of(Path.of("/"))).find(base + "/closed").directory())
                .isFalse();
    }
}
