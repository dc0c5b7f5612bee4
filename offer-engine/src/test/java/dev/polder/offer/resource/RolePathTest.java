package dev.polder.offer.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RolePathTest {
    @ParameterizedTest
    @ValueSource(strings = {"*", "a", "a/b", "a-b/c_d", "..a", "a./b", "ä/€", "a*"})
    void shouldAcceptRole(String role) {
        assertThat(RolePath.problem(role)).isEmpty();
        assertThat(RolePath.requireValid(role)).isSameAs(role);
    }

    @ParameterizedTest
    @CsvSource({
        "'', role '''': must not be empty",
        "a//b, role 'a//b': empty component at index 2",
        "/a, role '/a': empty component at index 0",
        "a/, role 'a/': empty component at index 2",
        "a/./b, role 'a/./b': component '.' is not allowed at index 2",
        "a/.., role 'a/..': component '..' is not allowed at index 2",
        "a/*, role 'a/*': component '*' is not allowed at index 2",
        "-a, role '-a': component '-a' starts with a dash at index 0",
        "a b, role 'a b': component with character U+0020 (white space or DEL) at index 0"
    })
    void shouldSayWhatIsWrongWithARole(String role, String problem) {
        assertThat(RolePath.problem(role)).contains(problem.replace("''", "'"));
        assertThatIllegalArgumentException().isThrownBy(() -> RolePath.requireValid(role));
    }

    @Test
    void shouldKnowWhoLiesBelowWhom() {
        assertThat(RolePath.isAncestor("a", "a/b")).isTrue();
        assertThat(RolePath.isAncestor("a", "a/b/c")).isTrue();
        assertThat(RolePath.isAncestor("a/b", "a/b/c")).isTrue();
        assertThat(RolePath.isAncestor("a", "a")).isFalse();
        assertThat(RolePath.isAncestor("a/b", "a")).isFalse();
        assertThat(RolePath.isAncestor("a", "ab")).isFalse();
        assertThat(RolePath.isAncestor("a", "ab/c")).isFalse();
        assertThat(RolePath.isAncestor("*", "a")).isFalse();
    }

    @Test
    void shouldKnowTheRoleAbove() {
        assertThat(RolePath.parent("a/b/c")).contains("a/b");
        assertThat(RolePath.parent("a")).isEmpty();
    }

    @Test
    void shouldSayWhatIsWrongWithANameOfADirectory() {
        assertThat(DirectoryName.problem("volume", "v.1 x")).isEmpty();
        assertThat(DirectoryName.problem("volume", "")).contains("volume '': must not be empty");
        assertThat(DirectoryName.problem("volume", "..")).contains("volume '..': '.' and '..' are not allowed");
        assertThat(DirectoryName.problem("volume", "a/b"))
                .contains(
                        "volume 'a/b': character U+002F at index 1; '/', '\\' and control characters are not allowed");
        assertThat(DirectoryName.problem("volume", "é".repeat(128)).orElseThrow())
                .endsWith("...': 256 bytes, at most 255");
    }
}
