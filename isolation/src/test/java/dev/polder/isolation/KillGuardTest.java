package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launch shell, with a {@code kill} that only says what it would have done: to the real one, 1, 0 and all below
 * mean everybody. Never try this with the real one.
 */
@Tag("slow")
class KillGuardTest {
    @TempDir
    Path base;

    /** Runs the script with these orders, and the kill that kills nobody; returns what would have been killed. */
    private List<String> kills(String orders, Path proc) throws Exception {
        LaunchShell.writeScript(base);
        Path said = base.resolve("said");
        Files.deleteIfExists(said);
        Files.createFile(said);
        Process shell = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "said=" + said + "; kill() { echo \"$@\" >>\"$said\"; }; . \"$0\"",
                        base.resolve(LaunchShell.SCRIPT).toString(),
                        base.toString(),
                        base.resolve("no-line").toString(),
                        proc.toString(),
                        "boot",
                        "no",
                        "no")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        shell.getOutputStream().write(orders.getBytes(StandardCharsets.US_ASCII));
        shell.getOutputStream().close();
        shell.waitFor();
        return Files.readAllLines(said);
    }

    @Test
    void shouldSignalNothingThatIsMoreThanOneGroup() throws Exception {
        String orders = "";
        for (String number : new String[] {"1", "0", "-1", "01", "x", "*", "''"}) {
            orders += "signal " + number + " 999999999 KILL\n";
        }

        assertThat(kills(orders, Path.of("/proc"))).isEmpty();
        assertThat(kills(orders, base.resolve("no-proc"))).isEmpty();
    }

    @Test
    void shouldSignalAProcessThatIsMeant() throws Exception {
        long self = ProcessHandle.current().pid();

        assertThat(kills("signal " + self + " 999999999 TERM\n", Path.of("/proc")))
                .containsExactly("-TERM -" + self);
        assertThat(kills("signal " + self + " 1 TERM\n", Path.of("/proc")))
                .as("a stranger")
                .isEmpty();
    }

    @Test
    void shouldNotFollowAPidFileThatWasTamperedWith() throws Exception {
        ContainerId id = TestHost.newId();
        ContainerDirectory files = new ContainerDirectory(base.resolve(id.toString()));
        files.create(tampering("1"), false);

        List<String> killed = kills("launch " + id + "\n", base.resolve("no-proc"));

        Awaitility.await().until(() -> Files.exists(files.path().resolve("exit")));
        assertThat(killed).isEmpty();
        assertThat(base.resolve("said")).isEmptyFile();
    }

    private static byte[] tampering(String number) throws IOException {
        return ("sandbox=/\ntask() {\necho " + number + " >|\"$root/$id/pid\"\nexit 0\n}\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
