package dev.polder.samples.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WordCountsTest {
    @TempDir
    Path directory;

    @Test
    void shouldCountRunsOfLettersInEitherCase() throws IOException {
        Path one = write("one", "The dike, the DIKE; don't\0stop caf\u00e9s 4x4");
        Path two = write("two", "THE");

        assertThat(WordCounts.count(List.of(one, two)).counts())
                .isEqualTo(Map.of("the", 3L, "dike", 2L, "don", 1L, "t", 1L, "stop", 1L, "caf", 1L, "s", 1L, "x", 1L));
    }

    @Test
    void shouldNotJoinTheEndOfAFileWithTheBeginningOfTheNext() throws IOException {
        assertThat(WordCounts.count(List.of(write("one", "wa"), write("two", "ter")))
                        .counts())
                .isEqualTo(Map.of("wa", 1L, "ter", 1L));
    }

    @Test
    void shouldReadWhatTheTasksWrote() throws IOException {
        WordCounts counts = WordCounts.read(write("counts", "12 the\n1 dike\n"));

        assertThat(counts.counts()).isEqualTo(Map.of("the", 12L, "dike", 1L));
        assertThat(counts.total()).isEqualTo(13);
        for (String bad : new String[] {"the\n", "12\n", "x the\n", "12 \n", "1 a\n2 a\n", "\n"}) {
            Path file = write("bad", bad);
            assertThatThrownBy(() -> WordCounts.read(file))
                    .as(bad)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("bad: '");
        }
    }

    @Test
    void shouldNameTheWordsThatDiffer() {
        WordCounts mine = counts(Map.of("a", 1L, "b", 2L, "c", 3L));
        WordCounts others = counts(Map.of("b", 2L, "c", 4L, "d", 1L));

        assertThat(mine.differences(others, 10)).containsExactly("a: 1, not 0", "c: 3, not 4", "d: 0, not 1");
        assertThat(mine.differences(others, 2)).hasSize(2);
        assertThat(mine.differences(mine, 10)).isEmpty();
    }

    @Test
    void shouldShowTheMostFrequentWordsFirst() {
        WordCounts counts = counts(Map.of("dike", 12L, "water", 1_234L, "mill", 12L, "x".repeat(50), 1L));

        assertThat(counts.table(3))
                .containsExactly("  1  water      1,234", "  2  dike          12", "  3  mill          12");
        assertThat(counts.table(20)).hasSize(4).last().asString().contains("x".repeat(37) + "...");
        assertThat(counts(Map.of()).table(20)).isEmpty();
    }

    private static WordCounts counts(Map<String, Long> counts) {
        return new WordCounts(new TreeMap<>(counts));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, ISO_8859_1);
    }
}
