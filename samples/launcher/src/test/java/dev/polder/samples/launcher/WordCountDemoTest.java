package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.ClusterNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A difference between both counts, planted in the plain one. */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class WordCountDemoTest {
    private static ClusterNode node;

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path work;
    private TextFiles texts;

    @BeforeAll
    static void startNode() {
        node = ClusterNode.start();
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @BeforeEach
    void writeTexts() throws Exception {
        work = Files.createDirectory(directory.resolve("work"));
        Path below = Files.createDirectory(directory.resolve("texts"));
        Files.writeString(below.resolve("one"), "the mill and the dike");
        Files.writeString(below.resolve("two"), "the water");
        texts = TextFiles.below(below);
    }

    @Test
    void shouldFailOnAWordThatIsCountedWrongly() throws Exception {
        int exitCode = run(files -> {
            TreeMap<String, Long> counts = new TreeMap<>(WordCounts.count(files).counts());
            counts.merge("the", 1L, Long::sum);
            return new WordCounts(counts);
        });

        assertThat(exitCode).isEqualTo(1);
        assertThat(printed(err).lines().toList())
                .endsWith("the cluster counts otherwise than a plain loop:", "  the: 3, not 4");
        assertThat(printed(out)).startsWith("  1  the            3\n");
    }

    @Test
    void shouldSayThatFilesWereChangedMeanwhile() throws Exception {
        int exitCode = run(files -> {
            Files.writeString(files.get(0), "another mill");
            return WordCounts.count(files);
        });

        assertThat(exitCode).isEqualTo(1);
        assertThat(printed(err).lines().toList())
                .contains("  and: 1, not 0", "  another: 0, not 1")
                .last()
                .isEqualTo("1 files were changed meanwhile; try a directory in which nobody writes");
    }

    @Test
    void shouldPassWhenBothAgree() throws Exception {
        assertThat(run(WordCounts::count)).isZero();

        assertThat(printed(err).lines()).last().isEqualTo("a plain loop counts the same: 7 words, 5 different ones");
        assertThat(printed(out).lines())
                .containsExactly(
                        "  1  the            3",
                        "  2  and            1",
                        "  3  dike           1",
                        "  4  mill           1",
                        "  5  water          1");
    }

    private int run(WordCountDemo.PlainCount plain) throws Exception {
        PrintStream toOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new WordCountDemo(toOut, toErr, plain).run(node.masterAddress(), texts, work);
    }

    private static String printed(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
