package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.files.DiskIsolator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containers take of the disk, with real processes. */
@Tag("slow")
class DiskTest {
    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LARGE = "head -c 3M /dev/zero >large; echo ready; exec sleep 1000";

    @TempDir
    Path base;

    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Path notes;
    private Containerizer containerizer;

    @BeforeEach
    void make() {
        host = new TestHost(base);
        notes = base.resolve("disk");
    }

    private void start(boolean enforces) throws IOException {
        DiskIsolator disk =
                DiskIsolator.open(new DiskIsolator.Settings(notes, "n1-disk", Duration.ofMillis(50), enforces));
        heard = new RecordingContainers();
        containerizer =
                Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, List.of(disk), heard));
        containerizer.start();
    }

    @AfterEach
    void close() {
        if (containerizer == null) {
            return;
        }
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("n1-"));
    }

    private ContainerId launch(String command, OptionalLong diskBytesMax) {
        ContainerLimits limits = new ContainerLimits(
                        100, OptionalLong.empty(), MIB, OptionalLong.empty(), OptionalLong.empty())
                .withDiskBytesMax(diskBytesMax);
        ContainerSpec spec = ContainerSpec.of(host.shell(command), limits);
        containerizer.launch(spec);
        return spec.id();
    }

    private long measured(ContainerId id) {
        return containerizer
                .usage(Set.of(id))
                .getOrDefault(id, ContainerUsage.NONE)
                .diskBytes()
                .orElse(-1);
    }

    private void awaitMeasured(ContainerId id, long bytesMin) {
        Awaitility.await().atMost(PATIENCE).until(() -> measured(id) >= bytesMin);
    }

    @Test
    void shouldMeasureBlocksAndNotLengths() throws IOException {
        start(false);
        ContainerId id = launch(
                "truncate -s 1G hole; head -c 3M /dev/zero >large; ln large again; exec sleep 1000",
                OptionalLong.empty());

        awaitMeasured(id, 3 * MIB);

        assertThat(measured(id)).isLessThan(4 * MIB);
    }

    @Test
    void shouldEndWhatTakesMoreThanItMay() throws IOException {
        start(true);
        ContainerId small = launch(LARGE, OptionalLong.of(4 * MIB));
        ContainerId free = launch(LARGE, OptionalLong.empty());

        Ended ended = heard.awaitEnd(launch(LARGE, OptionalLong.of(2 * MIB)));

        // KILL follows TERM at once, and either may be seen
        assertThat(ended.end())
                .isIn(
                        new ContainerEnd.Exited(new ExitStatus.Signaled(9)),
                        new ContainerEnd.Exited(new ExitStatus.Signaled(15)));
        assertThat(ended.limitation()).hasValueSatisfying(limitation -> {
            assertThat(limitation.kind()).isEqualTo(Limitation.Kind.DISK);
            assertThat(limitation.message()).matches("Disk usage \\(\\d+[KM]B\\) exceeds quota \\(2MB\\)");
        });
        awaitMeasured(small, 3 * MIB);
        awaitMeasured(free, 3 * MIB);
        assertThat(heard.endedCount()).isEqualTo(1);
    }

    @Test
    void shouldEnforceAfterARestartWhatWasOnlyMeasuredBefore() throws IOException {
        start(false);
        ContainerId id = launch(LARGE, OptionalLong.of(2 * MIB));
        awaitMeasured(id, 3 * MIB);
        assertThat(heard.endedCount()).isZero();

        containerizer.close();
        start(true);

        assertThat(heard.awaitEnd(id).limitation()).isPresent();
    }

    @Test
    void shouldKeepNothingOfWhatHasEnded() throws IOException {
        start(false);
        ContainerId running = launch("exec sleep 1000", OptionalLong.empty());
        heard.awaitEnd(launch("exit 0", OptionalLong.empty()));
        containerizer.close();
        Files.writeString(notes.resolve(TestHost.newId().toString()), "-1\n/gone\n");

        start(false);

        try (var left = Files.list(notes)) {
            assertThat(left.map(note -> note.getFileName().toString()).filter(name -> !name.equals("measured")))
                    .containsExactly(running.toString());
        }
    }

    @Test
    void shouldGoOnWithoutASandbox() throws IOException {
        start(false);
        ContainerId gone = launch("rmdir \"$PWD\"; rm -rf \"$PWD\"; exec sleep 1000", OptionalLong.empty());
        ContainerId there = launch(LARGE, OptionalLong.empty());

        awaitMeasured(there, 3 * MIB);

        heard.awaitStart(gone);
        assertThat(heard.endedCount()).isZero();
    }

    @Test
    void shouldRefuseAnIntervalThatIsNone() {
        assertThatThrownBy(() -> new DiskIsolator.Settings(notes, "n", Duration.ZERO, false))
                .hasMessage("interval PT0S is below 1 ms");
    }
}
