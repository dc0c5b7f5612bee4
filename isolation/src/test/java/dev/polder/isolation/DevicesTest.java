package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.cgroup.CgroupIsolator;
import dev.polder.isolation.cgroup.CgroupSettings;
import dev.polder.isolation.cgroup.Cgroups;
import dev.polder.isolation.cgroup.Controller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which devices a container may open, on the kernel that runs the tests. Needs root and control groups of version 1. */
@Tag("slow")
class DevicesTest {
    /** The kernel's log, which no container may read unless somebody says so. */
    private static final DeviceRule LOG = DeviceRule.character(1, 11);

    @TempDir
    Path base;

    private final RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Path node;
    private Cgroups cgroups;
    private Containerizer containerizer;

    @BeforeEach
    void make() throws Exception {
        host = new TestHost(base);
        node = base.resolve("log");
        Process made = new ProcessBuilder("mknod", node.toString(), "c", "1", "11")
                .inheritIO()
                .start();
        assumeTrue(made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0, "nodes of devices cannot be made here");
    }

    private void start(List<DeviceRule> devices) throws IOException {
        cgroups = Cgroups.discover(
                CgroupSettings.of("devices-" + ProcessHandle.current().pid())
                        .withWanted(EnumSet.of(Controller.DEVICES)));
        assumeTrue(cgroups.has(Controller.DEVICES), () -> "no control groups of devices here: " + cgroups.abilities());
        containerizer = Containerizer.open(new Containerizer.Settings(
                host.containers, "n1", false, List.of(new CgroupIsolator(cgroups, devices)), heard));
        containerizer.start();
    }

    @AfterEach
    void leavesNoGroup() {
        if (containerizer == null) {
            return; // skipped
        }
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        assertThat(cgroups.removeRoots()).isEmpty();
    }

    private ContainerId run(String command) {
        ContainerSpec spec = ContainerSpec.of(host.shell(command));
        containerizer.launch(spec);
        heard.awaitEnd(spec.id());
        return spec.id();
    }

    @Test
    void shouldOpenTheUsualDevicesAndNoOther() throws IOException {
        start(List.of());

        ContainerId id =
                run("head -c 1 /dev/zero | tr '\\0' z; mknod mine c 1 11 && echo made; (: <mine) || echo refused; : <"
                        + ShellText.quote(node.toString()));

        assertThat(host.stdout(id)).isEqualTo("zmade\nrefused\n");
        assertThat(host.stderr(id)).contains("Operation not permitted");
    }

    @Test
    void shouldOpenWhatAnOperatorAllows() throws IOException {
        start(List.of(DeviceRule.of(node, "r")));

        ContainerId id = run("(: <" + ShellText.quote(node.toString()) + ") && echo read; (: >"
                + ShellText.quote(node.toString()) + ") || echo refused");

        assertThat(host.stdout(id)).isEqualTo("read\nrefused\n");
    }

    @Test
    void shouldKnowADeviceByItsNode() throws IOException {
        assertThat(DeviceRule.of(node, "rwm")).isEqualTo(LOG);
        Path file = Files.createFile(base.resolve("file"));
        assertThatThrownBy(() -> DeviceRule.of(file, "r")).hasMessage("'" + file + "' is no device");
    }
}
