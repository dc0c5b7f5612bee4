package dev.polder.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"t1", "a b", "\u00e9", "-", "a:b", "...", ".a", "\u20ac"})
    void shouldAcceptId(String id) {
        assertThat(Names.problemOfId("task_id", id)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a\\b", "a\nb", "a\u007fb", "\0", "a\u001f"})
    void shouldRefuseId(String id) {
        assertThat(Names.problemOfId("task_id", id)).startsWith("task_id '");
    }

    @Test
    void shouldCountBytesAndNotCharacters() {
        assertThat(Names.problemOfId("task_id", "x".repeat(255))).isNull();
        assertThat(Names.problemOfId("task_id", "\u00e9".repeat(127))).isNull();

        assertThat(Names.problemOfId("task_id", "x".repeat(256))).contains("256 bytes, at most 255");
        assertThat(Names.problemOfId("task_id", "\u00e9".repeat(128))).contains("256 bytes");
    }

    @Test
    void shouldNameTheCharacterAndItsPlace() {
        assertThat(Names.problemOfId("task_id", "ab\nc")).contains("U+000A").contains("index 2");
        assertThat(Names.problemOfRole("ab c")).contains("U+0020");
        assertThat(Names.problemOfRole("a/b/-c")).contains("at index 4");
    }

    @Test
    void shouldShowNoControlCharacters() {
        assertThat(Names.problemOfId("task_id", "a\nb")).doesNotContain("\n");
        assertThat(Names.problemOfRole("a\tb")).doesNotContain("\t");
    }
}
