package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containers without control groups use, with real processes. */
@Tag("slow")
class UsageTest {
    /** Works for a while in a child that ends, and then waits with another one. */
    private static final String WORK =
            "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done); echo ready; sleep 1000; exit";

    private static final long WORK_NANOS_MIN = Duration.ofMillis(50).toNanos();

    @TempDir
    Path base;

    private final NotingIsolator isolator = new NotingIsolator("noting", new CopyOnWriteArrayList<>());
    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Containerizer containerizer;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        containerizer = start();
    }

    private Containerizer start() throws IOException {
        Containerizer opened =
                Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, List.of(isolator), heard));
        opened.start();
        return opened;
    }

    @AfterEach
    void close() {
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
    }

    private ContainerId launch() {
        ContainerSpec spec = ContainerSpec.of(host.shell(WORK));
        containerizer.launch(spec);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> host.stdout(spec.id()).equals("ready\n"));
        return spec.id();
    }

    private ContainerUsage usage(ContainerId id) {
        return containerizer.usage(Set.of(id)).getOrDefault(id, ContainerUsage.NONE);
    }

    private static void isMeasured(ContainerUsage usage) {
        assertThat(usage.cpuTime().orElseThrow().userNanos()).isGreaterThan(WORK_NANOS_MIN);
        assertThat(usage.memory().orElseThrow().rssBytes()).isBetween(100_000L, 100_000_000L);
        assertThat(usage.memory().orElseThrow().counted()).isEmpty();
        assertThat(usage.processes().orElseThrow()).isBetween(1L, 3L);
    }

    @Test
    void shouldMeasureTheProcessesOfATaskAlsoAfterARestart() throws IOException {
        ContainerId id = launch();

        isMeasured(usage(id));
        containerizer.close();
        heard = new RecordingContainers();
        containerizer = start();
        isMeasured(usage(id));
    }

    @Test
    void shouldTellNothingOfWhatHasEnded() {
        ContainerId id = launch();

        containerizer.kill(id, Duration.ZERO);
        heard.awaitEnd(id);

        assertThat(containerizer.usage(List.of(id, TestHost.newId()))).isEmpty();
    }

    @Test
    void shouldAddWhatIsolatorsMeasure() {
        ContainerId id = launch();
        isolator.usage = ContainerUsage.ofDisk(4_711);

        isMeasured(usage(id));
        assertThat(usage(id).diskBytes()).isEqualTo(OptionalLong.of(4_711));
    }

    @Test
    void shouldMeasureTheRestIfAnIsolatorFails() {
        ContainerId id = launch();
        isolator.failsToMeasure = true;

        isMeasured(usage(id));
        assertThat(usage(id).diskBytes()).isEmpty();
    }
}
