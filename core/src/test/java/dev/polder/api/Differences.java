package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Polder answers otherwise than Mesos, on purpose: the rows of {@code docs/conformance/mesos.md}. A row names the
 * transcript, the cases in it (a regular expression), what is different, and why.
 *
 * <p>What is different is read, in one of two forms, and excuses exactly that:
 *
 * <ul>
 *   <li>{@code answers 404}: the status and the headers. Of a refusal the rest is that it is plain text; what else there
 *       is must be named in backquotes, as {@code `allow: GET`}.
 *   <li>{@code has `a`, `b`; has no `c`; `d` is `text`}: the fields, and nothing of the status.
 * </ul>
 */
final class Differences {
    /** The entry of a head that holds the status. */
    static final String STATUS = "status";

    private static final Pattern ANSWERS = Pattern.compile("answers (\\d{3})\\b(.*)");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern CHANGED = Pattern.compile("`([^`]+)` is `([^`]*)`.*");
    private static final int REFUSED_MIN = 400;

    /**
     * @param head whether it speaks of a status; otherwise it speaks of fields
     * @param polder the head that Polder answers, or what is different of the fields
     */
    private record Row(String cases, boolean head, Set<String> polder) {}

    private final String transcript;
    private final List<Row> rows;
    private final Map<String, String> unexplained = new TreeMap<>();
    private final Set<Row> used = new HashSet<>();

    private Differences(String transcript, List<Row> rows) {
        this.transcript = transcript;
        this.rows = rows;
    }

    static Differences of(String transcript) throws IOException {
        return of(transcript, Files.readAllLines(document()));
    }

    static Differences of(String transcript, List<String> document) {
        List<Row> rows = document.stream()
                .filter(line -> line.startsWith("| " + transcript + " |"))
                .map(line -> line.split(" \\| ", -1))
                .map(cells -> row(cells[1].replaceAll("^`|`$", "").replace("\\|", "|"), cells[2]))
                .toList();
        return new Differences(transcript, rows);
    }

    private static Path document() {
        Path inModule = Path.of("../docs/conformance/mesos.md");
        return Files.exists(inModule) ? inModule : Path.of("docs/conformance/mesos.md");
    }

    private static Row row(String cases, String cell) {
        Matcher answers = ANSWERS.matcher(cell);
        return answers.matches()
                ? new Row(cases, true, head(Integer.parseInt(answers.group(1)), answers.group(2)))
                : new Row(cases, false, fields(cell));
    }

    private static Set<String> head(int status, String rest) {
        Set<String> head = new TreeSet<>();
        QUOTED.matcher(rest).results().forEach(result -> head.add(result.group(1)));
        head.add(STATUS + ": " + status);
        if (status >= REFUSED_MIN) {
            head.add("content-type: text/plain; charset=utf-8");
        }
        return head;
    }

    private static Set<String> fields(String cell) {
        Set<String> fields = new TreeSet<>();
        for (String clause : cell.split("; ", -1)) {
            Matcher changed = CHANGED.matcher(clause);
            if (changed.matches()) {
                fields.add(changed.group(1) + ": " + changed.group(2));
            } else if (clause.startsWith("has ")) {
                String sign = clause.startsWith("has no ") ? "no " : "has ";
                QUOTED.matcher(clause).results().forEach(result -> fields.add(sign + result.group(1)));
            }
        }
        if (fields.isEmpty()) {
            throw new IllegalArgumentException(
                    "what is different cannot be checked: '" + cell + "' neither answers a status nor names a field");
        }
        return fields;
    }

    /** Compares a status, as {@link #STATUS}, and what stands beside it: only rows that name the status excuse it. */
    void head(String name, Map<String, String> mesos, Map<String, String> polder) {
        if (!mesos.equals(polder)) {
            Set<String> head = new TreeSet<>();
            polder.forEach((key, value) -> head.add(key + ": " + value));
            judge(name, true, head, mesos, polder);
        }
    }

    /** Compares fields with their types or values: only rows that name exactly the fields that differ excuse it. */
    void fields(String name, Map<String, String> mesos, Map<String, String> polder) {
        Set<String> different = new TreeSet<>();
        mesos.forEach((key, value) -> {
            String other = polder.get(key);
            if (other == null) {
                different.add("no " + key);
            } else if (!other.equals(value)) {
                different.add(key + ": " + other);
            }
        });
        polder.keySet().stream().filter(key -> !mesos.containsKey(key)).forEach(key -> different.add("has " + key));
        if (!different.isEmpty()) {
            judge(name, false, different, mesos, polder);
        }
    }

    private void judge(
            String name, boolean head, Set<String> different, Map<String, String> mesos, Map<String, String> polder) {
        boolean explained = false;
        for (Row row : rows) {
            if (row.head() == head && name.matches(row.cases()) && row.polder().equals(different)) {
                used.add(row);
                explained = true;
            }
        }
        if (!explained) {
            unexplained.put(
                    name + (head ? " (head)" : " (fields)"),
                    "\n    Mesos:     " + mesos + "\n    Polder:    " + polder + "\n    different: " + different);
        }
    }

    /** Fails if a difference is in no row, or a row stands for none. */
    void check() {
        StringBuilder all = new StringBuilder();
        unexplained.forEach((name, what) -> all.append('\n').append(name).append(what));
        assertThat(all.toString())
                .as("differences that docs/conformance/mesos.md does not explain")
                .isEmpty();
        assertThat(rows)
                .as("rows of transcript %s that stand for a difference", transcript)
                .allMatch(used::contains);
    }
}
