package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code java -jar polder.jar demo}. */
@Tag("slow")
@EnabledIfSystemProperty(named = "polder.jar", matches = ".+", disabledReason = "there is no jar in this phase")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class DemoJarTest {
    private static final Pattern REIGN = Pattern.compile("(n[123]|nobody) +[0-9,]+ ms +(\\d+) +\\d+(  killed)?");

    @TempDir
    private Path directory;

    private Path temporary;
    private Path texts;

    @BeforeEach
    void makeDirectories() throws IOException {
        temporary = Files.createDirectory(directory.resolve("tmp"));
        texts = Files.createDirectory(directory.resolve("the texts"));
    }

    @Test
    void shouldCountTheTextsInTheJarWhereThereAreNone() throws Exception {
        try (JarProcess demo = JarProcess.startWithTemporary(temporary, texts, "demo")) {
            assertThat(demo.exitCode()).isZero();

            String all = packed("polder.txt") + "\n" + packed("mill.txt") + "\n" + packed("dike.txt");
            assertThat(demo.out().subList(0, 20)).isEqualTo(table(all));
            assertLeaderWasKilled(demo, 4);
            assertThat(demo.err())
                    .startsWith("no text files below " + texts + ", taking those that come with the jar")
                    .contains("merge finished, 4 of 4")
                    .last()
                    .asString()
                    .startsWith("a plain loop counts the same: ");
            assertNothingIsLeft();
        }
    }

    @Test
    void shouldCountTheTextsOfADirectory() throws Exception {
        List<String> words = new ArrayList<>();
        for (char letter = 'a'; letter <= 'y'; letter++) {
            for (int count = 0; count <= letter - 'a'; count++) {
                words.add("Word" + letter);
            }
        }
        Files.createDirectory(texts.resolve("deep er"));
        Files.writeString(texts.resolve("first"), String.join(" ", words));
        Files.writeString(
                texts.resolve("deep er/it's \"2nd\".txt"),
                String.join(", ", words).toUpperCase(Locale.ROOT));
        Files.writeString(texts.resolve("tie"), "wordz ".repeat(50));
        Files.writeString(texts.resolve(".hidden"), "hidden ".repeat(1_000));
        Files.writeString(texts.resolve("binary"), "\0" + "binary ".repeat(1_000));

        try (JarProcess demo = JarProcess.startWithTemporary(temporary, directory, "demo", texts.toString())) {
            assertThat(demo.exitCode()).isZero();

            assertThat(demo.out().stream().limit(3))
                    .containsExactly("  1  wordy         50", "  2  wordz         50", "  3  wordx         48");
            assertThat(demo.out().get(19)).isEqualTo(" 20  wordg         14");
            assertLeaderWasKilled(demo, 4);
            assertThat(demo.err()).last().isEqualTo("a plain loop counts the same: 700 words, 26 different ones");
            assertNothingIsLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"starting three nodes", "node n3 ", "kill -9 "})
    void shouldLeaveNothingBehindWhenItIsTerminated(String moment) throws Exception {
        try (JarProcess demo = JarProcess.startWithTemporary(temporary, texts, "demo")) {
            JarProcess.await().until(() -> demo.err().stream().anyMatch(line -> line.startsWith(moment)));

            demo.terminate();

            assertThat(demo.exitCode()).isEqualTo(JarProcess.TERMINATED);
            assertThat(demo.out()).isEmpty();
            assertThat(demo.err()).noneMatch(line -> line.startsWith("polder: "));
            assertNothingIsLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"starting three nodes", "node n3 ", "kill -9 "})
    void shouldLeaveNoProcessBehindWhenItIsKilled(String moment) throws Exception {
        try (JarProcess demo = JarProcess.startWithTemporary(temporary, texts, "demo")) {
            JarProcess.await().until(() -> demo.err().stream().anyMatch(line -> line.startsWith(moment)));

            demo.kill();

            JarProcess.await().until(() -> Processes.of(temporary).isEmpty());
        }
    }

    /** The rows below the words: one leader, then nobody, then another; more only where a leader was held up. */
    private static void assertLeaderWasKilled(JarProcess demo, int tasks) throws IOException {
        List<String> rows = demo.out().subList(20, demo.out().size());
        assertThat(rows).startsWith("", "leader         for  finished  run again");
        List<Matcher> reigns = rows.stream()
                .skip(2)
                .map(REIGN::matcher)
                .filter(Matcher::matches)
                .toList();
        assertThat(reigns).hasSize(rows.size() - 2).hasSizeGreaterThanOrEqualTo(3);
        assertThat(reigns.stream()
                        .mapToInt(reign -> Integer.parseInt(reign.group(2)))
                        .sum())
                .isEqualTo(tasks);
        List<String> names = reigns.stream().map(reign -> reign.group(1)).toList();
        int killed = rows.indexOf(rows.stream()
                        .filter(row -> row.endsWith("  killed"))
                        .findFirst()
                        .orElseThrow())
                - 2;
        assertThat(names.get(killed + 1)).isEqualTo("nobody");
        assertThat(names.subList(killed + 2, names.size())).isNotEmpty().doesNotContain(names.get(killed));
        assertThat(demo.err()).filteredOn(line -> line.startsWith("kill -9 ")).hasSize(1);
    }

    private void assertNothingIsLeft() {
        assertThat(Processes.of(temporary)).isEmpty();
        assertThat(temporary).isEmptyDirectory();
    }

    private static String packed(String text) throws IOException {
        try (InputStream in = DemoCommand.class.getResourceAsStream("texts/" + text)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** Counts otherwise than the demonstration does. */
    private static List<String> table(String text) {
        Map<String, Integer> counts = new TreeMap<>();
        Pattern.compile("[a-z]+")
                .matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .forEach(word -> counts.merge(word.group(), 1, Integer::sum));
        List<String> lines = new ArrayList<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(20)
                .forEach(row ->
                        lines.add(String.format("%3d  %-5s  %9d", lines.size() + 1, row.getKey(), row.getValue())));
        return lines;
    }
}
