package dev.polder.samples.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(120)
final class CountPlanTest {
    @TempDir
    Path directory;

    @Test
    void shouldCountWhatAPlainLoopCounts() throws Exception {
        write("one", "The dike, the DIKE; don't\0stop");
        write("two", "wa");
        write("three", "ter");
        write("digits only", "12 34");

        assertThat(countedByTasks(2)).isEqualTo(countedByLoop());
    }

    @Test
    void shouldCountFilesOfAnyName() throws Exception {
        for (String name :
                List.of("-n", "a b", "new\nline", "'quoted'", "\"$(false)\"", "*", "back\\slash", "ümlaut")) {
            write(name, "words of " + name);
        }

        assertThat(countedByTasks(3)).isEqualTo(countedByLoop());
    }

    @Test
    void shouldCountBytesThatAreHardlyText() throws Exception {
        Random random = new Random(5);
        for (int i = 0; i < 20; i++) {
            byte[] bytes = new byte[20_000];
            random.nextBytes(bytes);
            // letters are rare in random bytes, and words of several letters rarer
            for (int k = 0; k < bytes.length; k += 1 + random.nextInt(3)) {
                bytes[k] = (byte) ("aB".charAt(random.nextInt(2)) + random.nextInt(25));
            }
            Files.write(directory.resolve("f" + i), bytes);
        }
        write("one very long word", "x".repeat(500_000));

        assertThat(countedByTasks(4)).isEqualTo(countedByLoop());
    }

    @Test
    void shouldFindNoWordsWhereThereAreNone() throws Exception {
        write("none", "1, 2, 3");

        assertThat(countedByTasks(1).counts()).isEmpty();
    }

    @Test
    void shouldFailWhenAShareIsMissing() throws Exception {
        write("one", "words");
        Path work = Files.createDirectory(directory.resolve("work"));
        CountPlan plan = CountPlan.prepare(work, List.of(paths()));

        assertThat(shell(plan.merge())).isNotZero();
        assertThat(plan.result()).doesNotExist();
    }

    @Test
    void shouldBearTwoAttemptsAtOneShareAtOnce() throws Exception {
        for (int i = 0; i < 50; i++) {
            write("f" + i, "some words of file " + i + " " + "again ".repeat(10_000));
        }
        Path work = Files.createDirectory(directory.resolve("work"));
        CountPlan plan = CountPlan.prepare(work, List.of(paths()));
        String count = "(" + plan.counts().get(0) + ")";

        assertThat(shell(count + " & " + count + " & wait %1 && wait %2")).isZero();

        assertThat(shell(plan.merge())).isZero();
        assertThat(WordCounts.read(plan.result())).isEqualTo(countedByLoop());
    }

    @Test
    void shouldFailRatherThanLeaveAFileOut() throws Exception {
        write("one", "words");
        write("two", "more words");
        Path work = Files.createDirectory(directory.resolve("work"));
        CountPlan plan = CountPlan.prepare(work, List.of(paths()));
        Files.delete(directory.resolve("two"));

        assertThat(shell(plan.counts().get(0))).isNotZero();
        assertThat(work.resolve("share-1.counts")).doesNotExist();
    }

    @Test
    void shouldQuoteForTheShell() throws Exception {
        Path target = directory.resolve("it's $HOME");

        assertThat(shell("echo > " + CountPlan.quoted(target.toString()))).isZero();
        assertThat(target).exists();
    }

    private WordCounts countedByTasks(int sharesMax) throws Exception {
        Path work = Files.createTempDirectory(directory, "it's work");
        TextFiles texts = new TextFiles(files(), 0);
        CountPlan plan = CountPlan.prepare(work, texts.shares(sharesMax));
        for (String count : plan.counts()) {
            assertThat(shell(count)).isZero();
        }
        assertThat(shell(plan.merge())).isZero();
        return WordCounts.read(plan.result());
    }

    private WordCounts countedByLoop() throws IOException {
        return WordCounts.count(paths());
    }

    private List<Path> paths() throws IOException {
        return files().stream().map(TextFiles.TextFile::path).toList();
    }

    /** All of them, text or not. */
    private List<TextFiles.TextFile> files() throws IOException {
        List<TextFiles.TextFile> files = new ArrayList<>();
        try (var paths = Files.list(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
                files.add(new TextFiles.TextFile(path, Files.size(path), Files.getLastModifiedTime(path)));
            }
        }
        return files;
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text, ISO_8859_1);
    }

    private int shell(String line) throws IOException, InterruptedException {
        return new ProcessBuilder("/bin/sh", "-c", line)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(".log").toFile())
                .start()
                .waitFor();
    }
}
