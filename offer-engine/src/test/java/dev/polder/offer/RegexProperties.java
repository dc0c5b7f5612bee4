package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is given for a regular expression is compiled or refused in words, and never costs more than was foreseen. */
final class RegexProperties {
    private static final int INSTRUCTIONS_PER_BYTE_MAX = 4;

    /** Texts made of what has a meaning in an expression, so that many are nearly right. */
    @Provide
    Arbitrary<String> shards() {
        return Arbitraries.of(
                        "a",
                        "b",
                        "-",
                        "é",
                        "\uD83D\uDE00",
                        ".",
                        "^",
                        "$",
                        "|",
                        "(",
                        "(",
                        "(?:",
                        "(?i)",
                        "(?P<n>",
                        ")",
                        ")",
                        "[",
                        "[^",
                        "]",
                        "[a-z]",
                        "[[:alpha:]]",
                        "[]a]",
                        "*",
                        "+",
                        "?",
                        "{2}",
                        "{0,3}",
                        "{3,}",
                        "{",
                        "}",
                        "{1,",
                        "\\",
                        "\\d",
                        "\\pN",
                        "\\p{Greek}",
                        "\\x{41}",
                        "\\Q",
                        "\\E",
                        "\\b",
                        "\\.",
                        ":",
                        "<")
                .list()
                .ofMaxSize(14)
                .map(list -> String.join("", list));
    }

    @Property(tries = 5000)
    void shouldCompileOrRefuseInWords(@ForAll("shards") String text) {
        try {
            assertThat(Regex.compile(text, RegexLimits.DEFAULT).text()).isEqualTo(text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage())
                    .startsWith("regular expression '" + text.substring(0, Math.min(20, text.length())))
                    .matches("(?s).*(at index \\d+|Max=\\d+)");
        }
    }

    @Property(tries = 5000)
    void shouldForeseeHowLargeTheProgramIs(@ForAll("shards") String text) {
        RegexScan scan = RegexScan.of(text);
        Assume.that(scan.writtenOutBytes() <= 100_000 && scan.unfoldable() < 0);

        assertThat(scan.writtenOutBytes()).isGreaterThanOrEqualTo(utf8(text).length);
        int size = programSize(text);

        assertThat(size).isLessThanOrEqualTo(INSTRUCTIONS_PER_BYTE_MAX * scan.writtenOutBytes() + 3);
    }

    @Property(tries = 5000)
    void shouldFindParenthesesWithoutPartnersWhereTheCompilerMissesThem(@ForAll("shards") String text) {
        RegexScan scan = RegexScan.of(text);
        Assume.that(scan.writtenOutBytes() <= 100_000 && scan.unfoldable() < 0);

        if (programSize(text) > 0) {
            assertThat(scan.unclosed()).isEqualTo(-1);
            assertThat(scan.unopened()).isEqualTo(-1);
        }
    }

    /** Returns the program's size, 0 if the text is no regular expression. */
    private static int programSize(String text) {
        try {
            return Pattern.compile(text).programSize();
        } catch (PatternSyntaxException e) {
            return 0;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
