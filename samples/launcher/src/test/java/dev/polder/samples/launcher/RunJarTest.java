package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** {@code java -jar polder.jar run}. */
@Tag("slow")
@EnabledIfSystemProperty(named = "polder.jar", matches = ".+", disabledReason = "there is no jar in this phase")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class RunJarTest {
    @TempDir
    private Path directory;

    @Test
    void shouldExitAsItsTaskDoesAndSayWhereEachLineIsFrom() throws Exception {
        // side by side: most of the time they wait
        try (JarProcess good = JarProcess.start(directory, "run", "--", "printf 'one\\ntwo'");
                JarProcess bad = JarProcess.start(directory, "run", "--", "echo why; echo oh >&2; exit 7");
                JarProcess missing = JarProcess.start(directory, "run", "--", "/no/such/program", "-x")) {
            assertThat(good.exitCode()).isZero();
            assertThat(good.out()).containsExactly("run-1 | one", "run-1 | two");
            assertThat(good.err()).isEmpty();

            assertThat(bad.exitCode()).isEqualTo(7);
            assertThat(bad.out()).containsExactly("run-1 | why");
            assertThat(bad.err()).containsExactly("run-1 ! oh");

            assertThat(missing.exitCode()).isEqualTo(1);
            assertThat(missing.out()).isEmpty();
            assertThat(missing.err()).containsExactly("run-1 ! polder: not an executable file: /no/such/program");
        }
    }

    @Test
    void shouldExitAsTheFirstTaskInOrderOfNumbersThatFails() throws Exception {
        Path third = directory.resolve("third-has-failed");
        String command = "echo here; case $MESOS_EXECUTOR_ID in"
                + " run-2) while [ ! -e " + third + " ]; do sleep 0.05; done; exit 5;;"
                + " run-3) touch " + third + "; exit 3;;"
                + " run-4) kill -9 $$;; esac";

        try (JarProcess run = JarProcess.start(directory, "run", "--instances", "4", "--", command)) {
            assertThat(run.exitCode()).isEqualTo(5);
            assertThat(run.out())
                    .containsExactlyInAnyOrder("run-1 | here", "run-2 | here", "run-3 | here", "run-4 | here");
            assertThat(run.err()).containsExactly("polder: run-4 TASK_FAILED: Command terminated with signal Killed");
        }
    }

    @Test
    void shouldRunOnAClusterAndShowWhatItsTasksPrintThere() throws Exception {
        String line =
                "i=0; while [ $i -lt 3 ]; do echo line $i; i=$((i + 1)); done; printf 'ü no line feed'; echo oh >&2";
        try (JarProcess node = JarProcess.start(
                directory, "node", "--data", "d", "--master-port", "0", "--agent-port", "0", "--raft-port", "0")) {
            JarProcess.await().until(() -> node.out().size() >= 6);
            Matcher listens = Pattern.compile("master http://([^ ,]+)").matcher(String.join("\n", node.out()));
            assertThat(listens.find()).isTrue();

            try (JarProcess run = JarProcess.start(
                    directory, "run", "--connect", listens.group(1), "--instances", "2", "--", line + "; exit 4")) {
                assertThat(run.exitCode()).isEqualTo(4);
                assertThat(run.out())
                        .containsSubsequence(
                                "run-1 | line 0", "run-1 | line 1", "run-1 | line 2", "run-1 | ü no line feed")
                        .contains("run-2 | line 2", "run-2 | ü no line feed")
                        .hasSize(8);
                assertThat(run.err()).containsExactlyInAnyOrder("run-1 ! oh", "run-2 ! oh");
            }
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsTerminated() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        String command = "sleep 1000 & echo here; sleep 1000";
        try (JarProcess run =
                JarProcess.startWithTemporary(temporary, directory, "run", "--instances", "2", "--", command)) {
            JarProcess.await().until(() -> run.out().size() == 2);
            // the launch shell, and for each task its shim, its shell and two sleeps
            JarProcess.await().until(() -> Processes.of(temporary).size() >= 1 + 2 * 4);

            run.terminate();

            assertThat(run.exitCode()).isEqualTo(JarProcess.TERMINATED);
            assertThat(run.err()).isEmpty();
            assertThat(Processes.of(temporary)).isEmpty();
            assertThat(temporary).isEmptyDirectory();
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsTerminatedWhileItStarts() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        try (JarProcess run = JarProcess.startWithTemporary(temporary, directory, "run", "--", "true")) {
            JarProcess.await().until(() -> !isEmpty(temporary));

            run.terminate();

            assertThat(run.exitCode()).isEqualTo(JarProcess.TERMINATED);
            assertThat(run.err()).isEmpty();
            assertThat(Processes.of(temporary)).isEmpty();
            assertThat(temporary).isEmptyDirectory();
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> content = Files.list(directory)) {
            return content.findAny().isEmpty();
        }
    }
}
