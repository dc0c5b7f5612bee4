package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of differences is a checker itself: what a row says is excused, and nothing else. */
class DifferencesTest {
    private static final String STATUS_ROW = "| 01 | `path /(a\\|b)` | answers 404 | not there yet |";
    private static final String ALLOW_ROW = "| 01 | `path /a` | answers 405, `allow: GET` | only read |";
    private static final String FIELDS_ROW =
            "| 01 | `path /a` | has `polder`; has no `git`, `sha`; `state` is `LOST` | our own |";

    private static final Map<String, String> FOUND = Map.of("status", "200", "content-type", "application/json");
    private static final Map<String, String> NOT_FOUND =
            Map.of("status", "404", "content-type", "text/plain; charset=utf-8");
    private static final Map<String, String> FIELDS =
            Map.of("git", "string", "sha", "string", "state", "FINISHED", "version", "string");
    private static final Map<String, String> OUR_FIELDS =
            Map.of("polder", "string", "state", "LOST", "version", "string");

    private static Differences with(String... rows) {
        return Differences.of("01", List.of(rows));
    }

    @Test
    void shouldExcuseWhatARowSays() {
        Differences differences = with(STATUS_ROW, FIELDS_ROW);

        differences.head("path /a", FOUND, NOT_FOUND);
        differences.head("path /b", FOUND, NOT_FOUND);
        differences.fields("path /a", FIELDS, OUR_FIELDS);

        assertThatCode(differences::check).doesNotThrowAnyException();
    }

    @Test
    void shouldExcuseNothingWithoutARow() {
        Differences differences = with(STATUS_ROW);
        differences.head("path /a", FOUND, NOT_FOUND);

        differences.head("path /c", FOUND, NOT_FOUND);

        assertThatThrownBy(differences::check).hasMessageContaining("path /c");
    }

    @Test
    void shouldSeeAnotherStatusInSpiteOfARow() {
        Differences differences = with(STATUS_ROW);
        differences.head("path /b", FOUND, NOT_FOUND);

        differences.head("path /a", FOUND, Map.of("status", "500", "content-type", "text/plain; charset=utf-8"));

        assertThatThrownBy(differences::check).hasMessageContaining("path /a").hasMessageContaining("status=500");
    }

    @Test
    void shouldSeeAnotherHeaderInSpiteOfARow() {
        Differences differences = with(ALLOW_ROW);
        Map<String, String> named =
                Map.of("status", "405", "content-type", "text/plain; charset=utf-8", "allow", "GET");
        differences.head("path /a", FOUND, named);
        assertThatCode(differences::check).doesNotThrowAnyException();

        differences.head(
                "path /a", FOUND, Map.of("status", "405", "content-type", "text/plain; charset=utf-8", "allow", "PUT"));

        assertThatThrownBy(differences::check).hasMessageContaining("allow=PUT");
    }

    @Test
    void shouldSeeAMissingFieldInSpiteOfARow() {
        Differences differences = with(FIELDS_ROW);

        differences.fields("path /a", FIELDS, Map.of("polder", "string", "state", "LOST"));

        assertThatThrownBy(differences::check).hasMessageContaining("no version");
    }

    @Test
    void shouldSeeAFurtherFieldInSpiteOfARow() {
        Differences differences = with(FIELDS_ROW);

        differences.fields(
                "path /a", FIELDS, Map.of("polder", "string", "state", "LOST", "version", "string", "x", "int"));

        assertThatThrownBy(differences::check).hasMessageContaining("has x");
    }

    @Test
    void shouldSeeAnotherTypeOrValueInSpiteOfARow() {
        Differences differences = with(FIELDS_ROW);

        differences.fields("path /a", FIELDS, Map.of("polder", "string", "state", "GONE", "version", "string"));

        assertThatThrownBy(differences::check).hasMessageContaining("state: GONE");
    }

    @Test
    void shouldSeeThatAFieldIsAsInMesosInSpiteOfARow() {
        Differences differences = with(FIELDS_ROW);

        differences.fields(
                "path /a", FIELDS, Map.of("polder", "string", "git", "string", "state", "LOST", "version", "string"));

        assertThatThrownBy(differences::check).hasMessageContaining("[has polder, no sha, state: LOST]");
    }

    @Test
    void shouldNotLetARowAboutFieldsExcuseAStatus() {
        Differences differences = with(FIELDS_ROW);
        differences.fields("path /a", FIELDS, OUR_FIELDS);

        differences.head("path /a", FOUND, NOT_FOUND);

        assertThatThrownBy(differences::check).hasMessageContaining("path /a (head)");
    }

    @Test
    void shouldNotLetARowAboutAStatusExcuseFields() {
        Differences differences = with(STATUS_ROW);
        differences.head("path /a", FOUND, NOT_FOUND);

        differences.fields("path /a", FIELDS, OUR_FIELDS);

        assertThatThrownBy(differences::check).hasMessageContaining("path /a (fields)");
    }

    @Test
    void shouldFailIfARowStandsForNothing() {
        Differences differences = with(STATUS_ROW);

        differences.head("path /a", FOUND, FOUND);

        assertThatThrownBy(differences::check).hasMessageContaining("stand for a difference");
    }

    @Test
    void shouldRefuseARowThatCannotBeChecked() {
        assertThatThrownBy(() -> with("| 01 | `path /a` | takes it | nobody knows |"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes it");
    }
}
