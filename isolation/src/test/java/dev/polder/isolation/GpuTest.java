package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.host.DeviceSettings;
import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.IsolationSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which graphics processors a container gets, by nodes of devices that the kernel has not, which it says to whoever may open
 * them. Needs root and control groups of version 1.
 */
@Tag("slow")
class GpuTest {
    private static final String REFUSED = "Operation not permitted";

    @TempDir
    Path base;

    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Path dev;
    private Path notes;
    private Containerizer containerizer;

    @BeforeEach
    void make() throws Exception {
        host = new TestHost(base);
        notes = base.resolve("gpus");
        dev = Files.createDirectory(base.resolve("dev"));
        node("nvidiactl", 250);
        node("nvidia-uvm", 251);
        node("nvidia0", 252);
        node("nvidia1", 253);
        start();
    }

    private void node(String name, int minor) throws Exception {
        Process made = new ProcessBuilder("mknod", dev.resolve(name).toString(), "c", "1", Integer.toString(minor))
                .inheritIO()
                .start();
        assumeTrue(made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0, "nodes of devices cannot be made here");
    }

    private HostIsolation find() throws IOException {
        return HostIsolation.find(
                "gpu-" + ProcessHandle.current().pid(),
                IsolationSettings.parse("cgroups/devices,gpu/nvidia", "")
                        .withDevices(DeviceSettings.NONE.withGpus("0,1")),
                HostIsolation.Places.NONE.with(new HostIsolation.GpuPlace(notes, dev)));
    }

    private void start() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/devices")), "no control groups of devices here");
        heard = new RecordingContainers();
        containerizer =
                Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, find().isolators(), heard));
        containerizer.start();
    }

    @AfterEach
    void leavesNothing() {
        if (containerizer == null) {
            return; // skipped
        }
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        assertThat(notes).isEmptyDirectory();
    }

    private ContainerId launch(String command, int gpus) {
        ContainerLimits limits = new ContainerLimits(
                        100, OptionalLong.empty(), 1 << 20, OptionalLong.empty(), OptionalLong.empty())
                .withGpus(gpus);
        ContainerSpec spec = ContainerSpec.of(host.shell(command), limits);
        containerizer.launch(spec);
        return spec.id();
    }

    /** Returns what the kernel says to a container that opens the two processors and what controls them. */
    private List<String> opened(int gpus) throws IOException {
        String nodes = ShellText.quote(dev.toString());
        ContainerId id = launch(
                "cd " + nodes + "; for each in nvidia0 nvidia1 nvidiactl nvidia-uvm; do (: <$each); done; true", gpus);
        heard.awaitEnd(id);
        return host.stderr(id)
                .lines()
                .map(line -> line.endsWith(REFUSED) ? "refused" : "opened")
                .toList();
    }

    @Test
    void shouldGiveEachProcessorToOneContainer() throws IOException {
        assertThat(opened(0)).containsExactly("refused", "refused", "opened", "opened");
        assertThat(opened(2)).containsExactly("opened", "opened", "opened", "opened");
        ContainerId first = launch("exec sleep 1000", 1);
        heard.awaitStart(first);

        assertThat(opened(1)).containsExactly("refused", "opened", "opened", "opened");
        assertThat(heard.awaitEnd(launch("exit 0", 2)).end())
                .isEqualTo(new ContainerEnd.NotStarted("gpu/nvidia: Requested 2 gpus but only 1 available"));

        containerizer.kill(first, Duration.ZERO);
        heard.awaitEnd(first);
        assertThat(opened(2)).startsWith("opened", "opened");
    }

    @Test
    void shouldKnowAfterARestartWhoHasWhat() throws IOException {
        ContainerId first = launch("exec sleep 1000", 1);
        heard.awaitStart(first);
        containerizer.close();
        Files.writeString(notes.resolve(TestHost.newId().toString()), "1\n");

        start();

        assertThat(opened(1)).containsExactly("refused", "opened", "opened", "opened");
        assertThat(notes).isDirectoryContaining(note -> note.endsWith(first.toString()));
    }

    @Test
    void shouldNotStartWithoutANode() throws IOException {
        Files.delete(dev.resolve("nvidia1"));

        assertThatThrownBy(this::find)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(
                        "isolation: this host lacks what is required: gpu/nvidia: not available: device '"
                                + dev.resolve("nvidia1") + "' cannot be looked at: ");
    }
}
