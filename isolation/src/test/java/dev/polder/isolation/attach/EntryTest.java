package dev.polder.isolation.attach;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.TerminalSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a command inherits of a JVM that was itself started with signals ignored, as by {@code nohup java … &}. */
@Tag("slow")
@Timeout(60)
class EntryTest {
    private static final String SIGNALS = "grep -E '^Sig(Blk|Ign)' /proc/self/status";
    /** The C library keeps 32 and 33 to itself, so no program can undo these. */
    private static final long ORDINARY = (1L << 31) - 1;

    @TempDir
    private Path directory;

    private final List<Entry> entries = new ArrayList<>();
    private TestContainer host;

    @BeforeEach
    void startContainer() throws IOException {
        host = TestContainer.start(directory, Optional.empty());
    }

    @AfterEach
    void leaveNothing() {
        host.close();
        List<Long> left = TestContainer.marked();
        entries.forEach(entry -> entry.mark().kill());
        assertThat(left).isEmpty();
    }

    private Entry entry(String line) throws IOException {
        Entry entry = Entry.of(host.container(), ContainerCommand.shell(line));
        entries.add(entry);
        return entry;
    }

    private static Process startedWithSignalsIgnored(ProcessBuilder builder) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "trap '' HUP INT QUIT TERM; exec \"$@\"", "sh"));
        command.addAll(builder.command());
        return builder.command(command).start();
    }

    private static void type(Process process, String text) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write(text.getBytes(UTF_8));
        input.flush();
    }

    private static void assertNoSignalIsBlockedOrIgnored(Process process) throws Exception {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.lines().filter(line -> line.startsWith("Sig")))
                    .hasSize(2)
                    .allMatch(line ->
                            (Long.parseUnsignedLong(line.substring(line.indexOf('\t') + 1), 16) & ORDINARY) == 0);
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldIgnoreNoSignalThatTheJvmIgnores() throws Exception {
        assertNoSignalIsBlockedOrIgnored(
                startedWithSignalsIgnored(entry(SIGNALS).process()));
    }

    @Test
    void shouldIgnoreNoSignalThatTheJvmIgnoresWhenItIsHeld() throws Exception {
        Process process = startedWithSignalsIgnored(entry(SIGNALS).held());
        type(process, "\n");

        assertNoSignalIsBlockedOrIgnored(process);
    }

    @Test
    void shouldIgnoreNoSignalThatTheJvmIgnoresInATerminal() throws Exception {
        Process process = startedWithSignalsIgnored(entry(SIGNALS).terminal(new TerminalSize(24, 80)));
        type(process, "\n");

        assertNoSignalIsBlockedOrIgnored(process);
    }

    @Test
    void shouldInterruptInATerminalWhateverTheJvmIgnores() throws Exception {
        Process process = startedWithSignalsIgnored(entry("trap 'exit 9' INT; echo ready; while :; do sleep 0.05; done")
                .terminal(new TerminalSize(24, 80)));
        type(process, "\n");
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.readLine()).startsWith("/dev/");
            assertThat(output.readLine()).isEqualTo("ready");

            type(process, "\3");

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(9);
        }
    }

    @Test
    void shouldEndByTheSignalThatATerminalSends() throws Exception {
        Process process =
                startedWithSignalsIgnored(entry("echo ready; exec sleep 320").terminal(new TerminalSize(24, 80)));
        type(process, "\n");
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.readLine()).startsWith("/dev/");
            assertThat(output.readLine()).isEqualTo("ready");

            type(process, "\3");

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 2);
        }
    }
}
