package dev.polder.offer;

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
import java.util.Set;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Holds {@code docs/conformance/offer-engine.md} to what there is. */
final class OfferEngineConformanceTest {
    private static final String NOT_APPLICABLE = "does not apply";
    private static final String FOLLOWS = "follows with maintenance";

    /** What may follow with maintenance: nothing else can be put off. */
    private static final Set<String> MAINTENANCE = Set.of(
            "HierarchicalAllocatorTest.AddAgentWithUnknownFrameworkAndMaintenance",
            "HierarchicalAllocatorTest.MaintenanceInverseOffers");

    private static final List<String> PACKAGES = List.of("dev.polder.offer.resource.", "dev.polder.offer.");
    private static final List<Class<? extends Annotation>> KINDS =
            List.of(Test.class, ParameterizedTest.class, Property.class);

    private record Row(String upstream, String test, String what) {}

    private static List<Row> rows() throws IOException {
        Path document = Path.of("../docs/conformance/offer-engine.md");
        return rows(Files.readAllLines(document));
    }

    /** Returns the rows of all tables that map names of Mesos. */
    private static List<Row> rows(List<String> document) {
        List<Row> rows = new ArrayList<>();
        boolean isOurs = false;
        for (String line : document) {
            String[] cells = line.split("\\|", -1);
            boolean isRow = cells.length == 5;
            if (isRow && isOurs && !line.startsWith("|---")) {
                rows.add(new Row(cells[1].strip(), cells[2].strip(), cells[3].strip()));
            }
            isOurs = isRow && (isOurs || cells[1].strip().equals("upstream"));
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
            if (!names.contains(row.upstream)) {
                mistakes.add(row.upstream + " is no test of Mesos");
            }
            mistakesOfTest(row, mistakes);
        }
        for (String name : names) {
            if (!byName.containsKey(name)) {
                mistakes.add(name + " has no row");
            }
        }
        return mistakes;
    }

    private static void mistakesOfTest(Row row, List<String> mistakes) {
        if (row.test.equals(NOT_APPLICABLE)) {
            return;
        }
        if (row.test.equals(FOLLOWS)) {
            if (!MAINTENANCE.contains(row.upstream)) {
                mistakes.add(row.upstream + " does not follow with maintenance");
            }
            return;
        }
        for (String test : row.test.split(", ", -1)) {
            if (!isTest(test)) {
                mistakes.add(row.upstream + " names " + test + ", which is no test");
            }
        }
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

        assertThat(names).hasSizeGreaterThan(350).doesNotHaveDuplicates();
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
                "| A.Five | ResourcesTest.shouldUniteSets, FairnessTest.shouldEqualiseDominantShares | words |",
                "| A.Seven | ResourcesTest.shouldUniteSets, ResourcesTest.shouldNotBeThere | words |",
                "| A.Eight | follows with maintenance | words |",
                "| HierarchicalAllocatorTest.MaintenanceInverseOffers | follows with maintenance | words |",
                "",
                "| what | Polder | because |",
                "|---|---|---|",
                "| another table | of another sort | words |");
        List<String> names = List.of(
                "A.One",
                "A.Two",
                "A.Three",
                "A.Four",
                "A.Five",
                "A.Six",
                "A.Eight",
                "HierarchicalAllocatorTest.MaintenanceInverseOffers");

        assertThat(mistakes(names, rows(document)))
                .containsExactly(
                        "A.One names ResourcesTest.shouldNotBeThere, which is no test",
                        "A.Two does not say what or why",
                        "A.Two has two rows",
                        "A.Three names Given.text, which is no test",
                        "A.Four names NoSuchTest.shouldUniteSets, which is no test",
                        "A.Seven is no test of Mesos",
                        "A.Seven names ResourcesTest.shouldNotBeThere, which is no test",
                        "A.Eight does not follow with maintenance",
                        "A.Six has no row");
    }
}
