package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Holds {@code docs/conformance/offer-engine.md} to what there is. */
final class OfferEngineConformanceTest {
    private static final String NOT_APPLICABLE = "does not apply";
    private static final List<String> PACKAGES = List.of("dev.polder.offer.resource.", "dev.polder.offer.");
    private static final List<Class<? extends Annotation>> KINDS =
            List.of(Test.class, ParameterizedTest.class, Property.class);

    private record Row(String upstream, String test, String what) {}

    private static List<Row> rows() throws IOException {
        Path document = Path.of("../docs/conformance/offer-engine.md");
        return rows(Files.readAllLines(document));
    }

    private static List<Row> rows(List<String> document) {
        List<Row> rows = new ArrayList<>();
        for (String line : document) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 5
                    && !cells[1].isBlank()
                    && !cells[1].contains("---")
                    && !line.contains("| upstream |")) {
                rows.add(new Row(cells[1].strip(), cells[2].strip(), cells[3].strip()));
            }
        }
        return rows;
    }

    /** Returns what is wrong with the rows, of which each name must have one. */
    private static List<String> mistakes(List<String> names, List<Row> rows) {
        List<String> mistakes = new ArrayList<>();
        Map<String, Row> byName = new LinkedHashMap<>();
        for (Row row : rows) {
            if (byName.put(row.upstream, row) != null) {
                mistakes.add(row.upstream + " has two rows");
            }
            if (row.what.isEmpty()) {
                mistakes.add(row.upstream + " does not say what or why");
            }
            if (!row.test.equals(NOT_APPLICABLE) && !isTest(row.test)) {
                mistakes.add(row.upstream + " names " + row.test + ", which is no test");
            }
        }
        for (String name : names) {
            if (!byName.containsKey(name)) {
                mistakes.add(name + " has no row");
            }
        }
        return mistakes;
    }

    private static boolean isTest(String test) {
        int dot = test.indexOf('.');
        return dot > 0
                && PACKAGES.stream().anyMatch(name -> hasTest(name + test.substring(0, dot), test.substring(dot + 1)));
    }

    private static boolean hasTest(String className, String method) {
        try {
            return Arrays.stream(Class.forName(className).getDeclaredMethods())
                    .filter(candidate -> candidate.getName().equals(method))
                    .anyMatch(OfferEngineConformanceTest::isRun);
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static boolean isRun(Method method) {
        return KINDS.stream().anyMatch(method::isAnnotationPresent);
    }

    @Test
    void shouldHaveARowForEachTestOfMesosAndATestForEachRow() throws IOException {
        List<String> names;
        try (InputStream list = OfferEngineConformanceTest.class.getResourceAsStream("/mesos-test-names.txt")) {
            names = new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }

        assertThat(names).hasSizeGreaterThan(140).doesNotHaveDuplicates();
        assertThat(mistakes(names, rows())).isEmpty();
    }

    @Test
    void shouldSeeWhatIsMissing() {
        List<String> document = List.of(
                "| upstream | our test | what it asserts |",
                "|---|---|---|",
                "| A.One | ResourcesTest.shouldNotBeThere | words |",
                "| A.Two | ResourcesTest.shouldUniteSets |  |",
                "| A.Two | does not apply | words |",
                "| A.Three | Given.text | no test, but a method |",
                "| A.Four | NoSuchTest.shouldUniteSets | words |",
                "| A.Five | ResourcesTest.shouldUniteSets | words |");

        assertThat(mistakes(List.of("A.One", "A.Five", "A.Six"), rows(document)))
                .containsExactly(
                        "A.One names ResourcesTest.shouldNotBeThere, which is no test",
                        "A.Two does not say what or why",
                        "A.Two has two rows",
                        "A.Three names Given.text, which is no test",
                        "A.Four names NoSuchTest.shouldUniteSets, which is no test",
                        "A.Six has no row");
    }
}
