package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.ClusterNode;
import dev.polder.model.MasterInfo;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private final List<String> asked = new ArrayList<>();
    private Duration patience = Duration.ofMinutes(1);
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

        assertThat(printed(err).lines())
                .contains("the only node leads", "merge finished, 3 of 3")
                .last()
                .isEqualTo("a plain loop counts the same: 7 words, 5 different ones");
        assertThat(asked).containsExactly("kill");
        assertThat(printed(out).lines().limit(7))
                .containsExactly(
                        "  1  the            3",
                        "  2  and            1",
                        "  3  dike           1",
                        "  4  mill           1",
                        "  5  water          1",
                        "",
                        "leader                for  finished  run again");
        assertThat(printed(out).lines()).last().asString().matches("the only node +[0-9,]+ ms {9}3 {10}0");
    }

    @Test
    void shouldSayWhyATaskFails() throws Exception {
        Files.delete(texts.paths().get(0));

        assertThatThrownBy(() -> run(WordCounts::count))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("TASK_FAILED");
        assertThat(printed(err))
                .contains("count-1 ! cat: ")
                .contains(texts.paths().get(0).toString());
    }

    @Test
    void shouldGiveUpInTime() {
        patience = Duration.ofMillis(1);

        assertThatThrownBy(() -> run(WordCounts::count)).hasMessage("gave up after 0 s: 0 of 3 tasks have finished");
    }

    private int run(WordCountDemo.PlainCount plain) throws Exception {
        PrintStream toOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new WordCountDemo(toOut, toErr, plain).run(new OneNode(), texts, work, patience);
    }

    /** A cluster of one, whose leader is not killed. */
    private final class OneNode implements WordCountDemo.Cluster {
        @Override
        public List<InetSocketAddress> masters() {
            return List.of(node.masterAddress());
        }

        @Override
        public int agents() {
            return 1;
        }

        @Override
        public String nameOf(MasterInfo leader) {
            return "the only node";
        }

        @Override
        public boolean kill(MasterInfo leader) {
            asked.add("kill");
            return false;
        }
    }

    private static String printed(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
