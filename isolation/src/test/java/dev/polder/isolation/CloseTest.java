package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launcher that was closed has given everything back. */
@Tag("slow")
class CloseTest {
    @TempDir
    Path base;

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.equals("process reaper") && !name.startsWith("awaitility"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test
    void shouldLeaveNoThreadFileOrChild() throws IOException {
        TestHost host = new TestHost(base);
        cycle(host);
        Set<String> threadsBefore = threads();
        long filesBefore = openFiles();

        for (int i = 0; i < 5; i++) {
            cycle(host);
        }

        Awaitility.await().untilAsserted(() -> {
            // one of the JDK, of an earlier test, may end meanwhile
            assertThat(threads()).isSubsetOf(threadsBefore);
            assertThat(openFiles()).isLessThanOrEqualTo(filesBefore);
            assertThat(ProcessHandle.current().children()).isEmpty();
        });
        try (Stream<Path> left = Files.list(host.containers)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("lock", "launches", "reports");
        }
    }

    private static void cycle(TestHost host) throws IOException {
        RecordingListener heard = new RecordingListener();
        try (TaskLauncher launcher = TaskLauncher.open(host.containers, "leaky", false, heard)) {
            launcher.start();
            TaskSpec spec = host.spec("/bin/true", List.of("/bin/true"), Map.of());
            TaskSpec running = host.shell("sleep 1000");
            launcher.launch(spec);
            launcher.launch(running);
            heard.awaitExit(spec.id());
            heard.awaitStart(running.id());
            launcher.killAll(Duration.ofSeconds(1));
            launcher.forget(spec.id());
            launcher.forget(running.id());
            Awaitility.await()
                    .until(() -> Files.notExists(host.files(spec.id()).path())
                            && Files.notExists(host.files(running.id()).path()));
        }
    }

    @Test
    void shouldLeaveNothingIfItCannotOpen() throws IOException {
        TestHost host = new TestHost(base);
        Files.createDirectories(host.containers);
        Files.writeString(host.containers.resolve(IntentLog.FILE), "something else\n");
        Set<String> threadsBefore = threads();

        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> TaskLauncher.open(host.containers, "n1", false, new RecordingListener())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a log of launches");

        assertThat(threads()).isSubsetOf(threadsBefore);
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void shouldCloseWithoutHavingStartedAndTwice() throws IOException {
        TestHost host = new TestHost(base);
        TaskLauncher launcher = TaskLauncher.open(host.containers, "n1", true, new RecordingListener());

        launcher.close();
        launcher.close();

        Awaitility.await()
                .until(() -> ProcessHandle.current().children().findAny().isEmpty());
    }

    @Test
    void shouldLeaveTasksRunning() throws IOException {
        TestHost host = new TestHost(base);
        RecordingListener heard = new RecordingListener();
        TaskSpec spec = host.shell("while [ ! -e end ]; do sleep 0.05; done");
        try (TaskLauncher launcher = TaskLauncher.open(host.containers, "n1", false, heard)) {
            launcher.start();
            launcher.launch(spec);
            heard.awaitStart(spec.id());
        }

        // its process is seen when it has become the program, a moment after it was told as started
        Awaitility.await()
                .untilAsserted(() -> assertThat(new HostProcesses(Path.of("/proc"))
                                .ofContainer(spec.id(), host.files(spec.id()).path()))
                        .hasSizeGreaterThanOrEqualTo(2));

        Files.createFile(host.sandbox(spec.id()).resolve("end"));
        Awaitility.await().until(() -> host.files(spec.id()).read().exit() != null);
    }

    @Test
    void shouldEndTasksIfItWasToldTo() throws IOException {
        TestHost host = new TestHost(base);
        RecordingListener heard = new RecordingListener();
        TaskSpec spec = host.shell("trap '' TERM; sleep 1000; sleep 1000");
        try (TaskLauncher launcher = TaskLauncher.open(host.containers, "n1", true, heard)) {
            launcher.start();
            launcher.launch(spec);
            heard.awaitStart(spec.id());
        }

        assertThat(new HostProcesses(Path.of("/proc"))
                        .ofContainer(spec.id(), host.files(spec.id()).path()))
                .isEmpty();
        assertThat(heard.story(spec.id())).as("nothing is told after close").hasSize(1);
    }
}
