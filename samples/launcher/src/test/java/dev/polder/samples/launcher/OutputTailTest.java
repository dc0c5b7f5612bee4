package dev.polder.samples.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class OutputTailTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);

    @TempDir
    Path directory;

    @Test
    void shouldCopyLinesAsTheyCome() throws IOException {
        Path file = directory.resolve("stdout");
        try (OutputTail tail = OutputTail.start()) {
            tail.add(file, "t | ", out);
            append(file, "one\ntw");
            await().atMost(Duration.ofSeconds(20)).until(() -> copied().equals("t | one\n"));
            append(file, "o\n");
            await().atMost(Duration.ofSeconds(20)).until(() -> copied().equals("t | one\nt | two\n"));
        }
    }

    @Test
    void shouldCopyTheRestWhenClosed() throws IOException {
        Path file = directory.resolve("stdout");
        append(file, "\nno line feed: ü");
        try (OutputTail tail = OutputTail.start()) {
            tail.add(file, "t | ", out);
            tail.add(file, "t | ", out);
        }

        assertThat(copied()).isEqualTo("t | \nt | no line feed: ü\n");
    }

    @Test
    void shouldCutLinesThatDoNotEnd() throws IOException {
        Path file = directory.resolve("stdout");
        append(file, "x".repeat(PrefixedLines.LINE_BYTES_MAX + 1));
        try (OutputTail tail = OutputTail.start()) {
            tail.add(file, "", out);
        }

        assertThat(copied()).isEqualTo("x".repeat(PrefixedLines.LINE_BYTES_MAX) + "\nx\n");
    }

    @Test
    void shouldBearAFileThatNeverComesAndSayWhichCannotBeRead() {
        try (OutputTail tail = OutputTail.start()) {
            tail.add(directory.resolve("never"), "t | ", out);
            tail.add(directory, "t | ", out);
        }

        assertThat(copied().lines()).singleElement().asString().startsWith("cannot read " + directory + ": ");
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private String copied() {
        return bytes.toString(UTF_8);
    }
}
