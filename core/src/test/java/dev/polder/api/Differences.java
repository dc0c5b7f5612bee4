package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where Polder answers otherwise than Mesos, on purpose: the rows of {@code docs/conformance/mesos.md}. A row names the
 * transcript, the cases in it (a regular expression), what is different, and why.
 */
final class Differences {
    private record Row(String transcript, String cases, String different) {}

    private final String transcript;
    private final List<Row> rows;
    private final Map<String, String> unexplained = new TreeMap<>();
    private final Map<Row, Integer> seen = new LinkedHashMap<>();

    private Differences(String transcript, List<Row> rows) {
        this.transcript = transcript;
        this.rows = rows;
    }

    static Differences of(String transcript) throws IOException {
        List<Row> rows = Files.readAllLines(document()).stream()
                .filter(line -> line.startsWith("| " + transcript + " |"))
                .map(line -> line.split(" \\| ", -1))
                .map(cells ->
                        new Row(transcript, cells[1].replaceAll("^`|`$", "").replace("\\|", "|"), cells[2]))
                .toList();
        return new Differences(transcript, rows);
    }

    private static Path document() {
        Path inModule = Path.of("../docs/conformance/mesos.md");
        return Files.exists(inModule) ? inModule : Path.of("docs/conformance/mesos.md");
    }

    /** Notes that a case came out otherwise. */
    void note(String name, String expected, String actual) {
        if (expected.equals(actual)) {
            return;
        }
        for (Row row : rows) {
            if (name.matches(row.cases())) {
                seen.merge(row, 1, Integer::sum);
                return;
            }
        }
        unexplained.put(name, "Mesos: " + expected + " | Polder: " + actual);
    }

    /** Fails if a difference is in no row, or a row stands for none. */
    void check() {
        StringBuilder all = new StringBuilder();
        unexplained.forEach(
                (name, what) -> all.append('\n').append(name).append("\n    ").append(what.replace(" | ", "\n    ")));
        assertThat(all.toString())
                .as("differences that docs/conformance/mesos.md does not explain")
                .isEmpty();
        assertThat(rows)
                .as("rows of transcript %s that stand for a difference", transcript)
                .allMatch(seen::containsKey);
    }
}
