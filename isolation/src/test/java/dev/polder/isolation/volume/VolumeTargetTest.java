package dev.polder.isolation.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeTargetTest {
    private static final Path SANDBOX = Path.of("/data/sandboxes/1");

    private static ContainerSpec spec(String... paths) {
        TaskSpec task =
                new TaskSpec(new ContainerId(UUID.randomUUID()), "/bin/true", List.of("true"), Map.of(), SANDBOX, null);
        return ContainerSpec.of(task)
                .with(Stream.of(paths)
                        .map(path -> new ContainerVolume(path, false, new ContainerVolume.SandboxPath("x")))
                        .toList());
    }

    private static ContainerSpec inImage(String... paths) {
        return spec(paths).in(new ImageTask(true, Optional.of("true"), List.of(), Map.of()));
    }

    private static List<VolumeTarget> targets(ContainerSpec spec) throws IOException {
        return VolumeTarget.of(spec, SANDBOX);
    }

    @Test
    void shouldPutRelativePathsIntoTheSandbox() throws IOException {
        assertThat(targets(spec("a/./b//c")))
                .containsExactly(new VolumeTarget(SANDBOX.resolve("a/b/c"), Optional.of(Path.of("a/b/c"))));
        assertThat(targets(inImage("a", "/mnt/mesos/sandbox/b")))
                .containsExactly(
                        new VolumeTarget(Path.of("/mnt/mesos/sandbox/a"), Optional.of(Path.of("a"))),
                        new VolumeTarget(Path.of("/mnt/mesos/sandbox/b"), Optional.of(Path.of("b"))));
    }

    @Test
    void shouldPutAbsolutePathsIntoTheTreeOfAnImageOnly() throws IOException {
        assertThat(targets(inImage("/etc/x"))).containsExactly(new VolumeTarget(Path.of("/etc/x"), Optional.empty()));
        assertThatThrownBy(() -> targets(spec("/etc")))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "container path '/etc' is absolute, and the container shares the host's tree, in which programs"
                                + " run as root; it must be relative, or the container have an image");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "a/../b", "../x", "/mnt/..", "/mnt/mesos/sandbox/../../etc", "a/b/.."})
    void shouldRefuseToGoUp(String path) {
        assertThatThrownBy(() -> targets(inImage(path))).hasMessage("container path '" + path + "' has a '..'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/mnt", "/mnt/mesos/sandbox", "/mnt/mesos/./sandbox/", ".", "./"})
    void shouldRefuseToHideTheSandbox(String path) {
        assertThatThrownBy(() -> targets(inImage(path)))
                .hasMessage("container path '" + path + "' would hide the sandbox");
    }

    @ParameterizedTest
    @CsvSource({"a,a", "a,a/b", "a/b,a", "/x,/x/y", "/mnt/mesos/sandbox/q,q"})
    void shouldRefusePathsThatClash(String one, String other) {
        assertThatThrownBy(() -> targets(inImage("/unrelated", one, other))).hasMessageContaining("clash");
    }

    @Test
    void shouldNotTakeNamesWithOneBeginningForAClash() throws IOException {
        assertThat(targets(spec("a", "ab", "a.b"))).hasSize(3);
    }

    @Test
    void shouldRefuseWhatIsNoPath() {
        for (String path : List.of("", "a\nb", "a\0b", "x".repeat(1025))) {
            assertThatThrownBy(() -> targets(spec(path)))
                    .hasMessageContaining("must have 1 to 1024 characters, and no control characters");
        }
    }
}
