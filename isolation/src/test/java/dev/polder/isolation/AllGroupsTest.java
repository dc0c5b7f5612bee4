package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.IsolationSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in all the control groups that the host has that runs the tests. Needs root. */
@Tag("slow")
class AllGroupsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long MIB = 1 << 20;

    @TempDir
    Path base;

    private final RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private HostIsolation isolation;
    private Containerizer containerizer;
    private ContainerId id;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        isolation = HostIsolation.find(
                "all-" + ProcessHandle.current().pid(),
                IsolationSettings.parse("cgroups/all", ""),
                HostIsolation.Places.NONE);
        containerizer = Containerizer.open(
                new Containerizer.Settings(host.containers, "n1", false, isolation.isolators(), heard));
        containerizer.start();
    }

    @AfterEach
    void leavesNothing() throws IOException {
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        if (id != null) {
            assertThat(Remains.groups(id)).isEmpty();
            assertThat(Remains.processes(id)).isEmpty();
        }
    }

    private void need(String name) {
        assumeTrue(
                isolation.abilities().stream().anyMatch(row -> row.name().equals(name) && row.available()),
                () -> "no " + name + " here: " + isolation.abilities());
    }

    private void launch(String command) {
        ContainerSpec spec = ContainerSpec.of(host.shell(command));
        id = spec.id();
        containerizer.launch(spec);
    }

    @Test
    void shouldHaveAGroupInEachHierarchy() throws IOException {
        need("cgroups/cpuset");
        need("cgroups/blkio");

        launch("cat /proc/self/cgroup");
        heard.awaitEnd(id);

        List<String> own =
                host.stdout(id).lines().filter(line -> line.endsWith("/" + id)).toList();
        for (Ability row : isolation.abilities()) {
            String controller = row.name().substring("cgroups/".length()).replace("mem", "memory");
            if (row.available() && row.detail().startsWith("v1 ")) {
                assertThat(own)
                        .anyMatch(line ->
                                List.of(line.split(":", 3)[1].split(",", -1)).contains(controller));
            }
        }
        assertThat(own).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void shouldCountWhatItDoesWithBlockDevices() throws IOException {
        need("cgroups/blkio");

        launch(
                "dd if=/dev/zero of=large bs=1M count=4 oflag=direct 2>/dev/null || echo failed; echo ready; sleep 1000");
        Awaitility.await().atMost(PATIENCE).until(() -> host.stdout(id).endsWith("ready\n"));

        assumeTrue(host.stdout(id).equals("ready\n"), "temporary files cannot be written past the cache");
        ContainerUsage usage = containerizer.usage(Set.of(id)).getOrDefault(id, ContainerUsage.NONE);
        assertThat(usage.blockDevices()).anySatisfy(device -> {
            assertThat(device.writeBytes()).isGreaterThanOrEqualTo(4 * MIB);
            assertThat(device.writeOperations()).isPositive();
        });
    }
}
