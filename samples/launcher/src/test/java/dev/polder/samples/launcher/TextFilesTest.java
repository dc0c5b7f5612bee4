package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TextFilesTest {
    @TempDir
    Path directory;

    @Test
    void shouldFindTextInAllDirectoriesBelow() throws IOException {
        write("b.txt", "words");
        write("deep/er/a", "words");
        write("deep/new\nline and 'quote' $HOME *.txt", "words");

        assertThat(found()).containsExactly("b.txt", "deep/er/a", "deep/new\nline and 'quote' $HOME *.txt");
    }

    @Test
    void shouldLeaveOutWhatIsNoTextOrHidden() throws IOException {
        write("text", "words");
        write("empty", "");
        write("binary", "wo\0rds");
        write(".hidden", "words");
        write(".git/config", "words");
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("text"));
        Files.createSymbolicLink(directory.resolve("loop"), directory);

        assertThat(found()).containsExactly("text");
    }

    @Test
    void shouldLookIntoAHiddenDirectoryThatIsNamed() throws IOException {
        write(".notes/text", "words");

        assertThat(TextFiles.below(directory.resolve(".notes")).files()).hasSize(1);
    }

    @Test
    void shouldTakeNoMoreThanItMay() throws IOException {
        for (int i = 0; i < 5; i++) {
            write("f" + i, "words");
        }

        TextFiles few = TextFiles.below(directory, 3, 1_000);
        TextFiles small = TextFiles.below(directory, 100, 12);

        assertThat(few.files()).hasSize(3);
        assertThat(few.left()).isEqualTo(2);
        assertThat(small.files()).hasSize(2);
        assertThat(small.left()).isEqualTo(3);
    }

    @Test
    void shouldDealOutSharesOfAboutTheSameSize() throws IOException {
        for (int size : new int[] {100, 60, 50, 30, 20, 10}) {
            write("f" + size, "x".repeat(size));
        }
        TextFiles texts = TextFiles.below(directory);

        List<List<Path>> shares = texts.shares(3);

        assertThat(shares.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(texts.paths());
        assertThat(shares).allSatisfy(share -> assertThat(bytes(share)).isBetween(80L, 110L));
        assertThat(texts.shares(100)).hasSize(6).allMatch(share -> share.size() == 1);
    }

    @Test
    void shouldSayWhatIsNoDirectory() throws IOException {
        write("file", "words");

        assertThatThrownBy(() -> TextFiles.below(directory.resolve("file")))
                .isInstanceOf(IOException.class)
                .hasMessage("'" + directory.resolve("file") + "' is no directory");
    }

    @Test
    void shouldSeeThatAFileHasChanged() throws IOException {
        write("text", "words");
        TextFiles.TextFile file = TextFiles.below(directory).files().get(0);
        assertThat(file.hasChanged()).isFalse();

        write("text", "more words");

        assertThat(file.hasChanged()).isTrue();
    }

    private List<String> found() throws IOException {
        return TextFiles.below(directory).paths().stream()
                .map(path -> directory.toAbsolutePath().relativize(path).toString())
                .toList();
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static long bytes(List<Path> share) {
        return share.stream()
                .mapToLong(
                        path -> Integer.parseInt(path.getFileName().toString().substring(1)))
                .sum();
    }
}
