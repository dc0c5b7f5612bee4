package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What {@code java -jar polder.jar} says to what it cannot do: one line of thing, value and rule, and no stack trace. */
@Tag("slow")
@EnabledIfSystemProperty(named = "polder.jar", matches = ".+", disabledReason = "there is no jar in this phase")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class MistakesJarTest {
    private static final String HINT = "Try 'polder.jar node --help'.";

    @TempDir
    private Path directory;

    @Test
    void shouldRefuseWrongFlagsAndValuesAndTouchNothing() throws Exception {
        try (JarProcess flag = JarProcess.start(directory, "node", "--data", "d", "--flie");
                JarProcess value = JarProcess.start(directory, "node", "--data", "d", "--master-port", "70000");
                JarProcess address = JarProcess.start(directory, "node", "--data", "d", "--bind", "0.0.0.0")) {
            assertThat(flag.exitCode()).isEqualTo(2);
            assertThat(flag.err()).containsExactly("Unknown option: '--flie'", HINT);

            assertThat(value.exitCode()).isEqualTo(2);
            assertThat(value.err()).containsExactly("masterPort 70000: 0 to 65535", HINT);

            assertThat(address.exitCode()).isEqualTo(2);
            assertThat(address.err())
                    .containsExactly(
                            "bind '0.0.0.0': beyond loopback nobody has to prove who he is;"
                                    + " set trustNetwork (--trust-network) if that is wanted",
                            HINT);

            assertThat(flag.out()).isEmpty();
            assertThat(value.out()).isEmpty();
            assertThat(address.out()).isEmpty();
        }
        assertThat(directory.resolve("d")).doesNotExist();
    }

    @Test
    void shouldSayWhichPortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                JarProcess node = node("d", taken.getLocalPort())) {
            assertThat(node.exitCode()).isEqualTo(1);

            assertThat(node.out()).isEmpty();
            assertThat(node.err())
                    .containsExactly("polder: node polder: cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use");
        }
    }

    @Test
    void shouldRefuseADirectoryThatIsNoNodes() throws Exception {
        Path foreign = Files.createDirectory(directory.resolve("foreign"));
        Files.writeString(foreign.resolve("letter"), "dear");
        Path file = Files.writeString(directory.resolve("file"), "text");

        try (JarProcess inForeign = node("foreign", 0);
                JarProcess inFile = node("file", 0)) {
            assertThat(inForeign.exitCode()).isEqualTo(1);
            assertThat(inForeign.err())
                    .containsExactly("polder: node polder: data directory " + foreign
                            + ": holds [letter] but no identity; it is not a node's, use an empty or new directory");

            assertThat(inFile.exitCode()).isEqualTo(1);
            assertThat(inFile.err())
                    .containsExactly("polder: node polder: data directory " + file + ": is not a directory");
        }
        assertThat(foreign.toFile().list()).containsExactly("letter");
    }

    @Test
    void shouldSayThatATaskIsTooLargeForTheMachine() throws Exception {
        try (JarProcess run = JarProcess.start(directory, "run", "--cpus", "100000", "--", "true")) {
            assertThat(run.exitCode()).isEqualTo(1);

            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .singleElement()
                    .asString()
                    .matches("polder: a task asks for \\{cpus:100000; mem:32}, but no agent has more than \\{cpus:.*}");
        }
    }

    private JarProcess node(String data, int masterPort) throws Exception {
        return JarProcess.start(
                directory,
                "node",
                "--data",
                data,
                "--master-port",
                Integer.toString(masterPort),
                "--agent-port",
                "0",
                "--raft-port",
                "0");
    }
}
