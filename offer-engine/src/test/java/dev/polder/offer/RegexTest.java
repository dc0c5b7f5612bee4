package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class RegexTest {
    private static final int LENGTH_MAX = 4096;
    private static final RegexLimits WIDEST =
            new RegexLimits(RegexLimits.MEMORY_BYTES_MAX, RegexLimits.PROGRAM_SIZE_MAX);
    private static final int SMALL_STACK_BYTES = 512 * 1024;

    // ---- matching

    @Test
    void shouldMatchCharactersNotUnits() {
        assertThat(regex("h.st").matches("h\uD83D\uDE00st")).isTrue();
        assertThat(regex("[а-я]+").matches("стойка")).isTrue();
        assertThat(regex("\\pL+").matches("стойка1")).isFalse();
    }

    @Test
    void shouldMatchAcrossLinesOnlyWhenTold() {
        assertThat(regex(".*").matches("a\nb")).isFalse();
        assertThat(regex("(?s).*").matches("a\nb")).isTrue();
        assertThat(regex("a$").matches("a\n")).isFalse();
    }

    @Test
    void shouldMatchAgainAndAgain() {
        Regex regex = regex("r[0-9]+");

        for (int i = 0; i < 3; i++) {
            assertThat(regex.matches("r1")).isTrue();
            assertThat(regex.matches("r")).isFalse();
        }
    }

    // ---- what is wrong with it

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "(~missing closing ) at index 0",
                "a(b(c~missing closing ) at index 1",
                "(a)(b~missing closing ) at index 3",
                "\\Q(\\E(~missing closing ) at index 5",
                "[(](~missing closing ) at index 3",
                "a)~unexpected ) at index 1",
                "(a))~unexpected ) at index 3",
                "\\))~unexpected ) at index 2",
                "ab[c~missing closing ] at index 2",
                "*a~missing argument to repetition operator at index 0",
                "a*b|*~missing argument to repetition operator at index 4",
                "a+b++~invalid nested repetition operator at index 3",
                "a\\~trailing backslash at end of expression at index 1",
                "\\d\\8~invalid escape sequence at index 2",
                "ab\\C~invalid escape sequence at index 2",
                "a{2}b{1001}~invalid repeat count at index 5",
                "a{2,1}~invalid repeat count at index 1",
                "a(?=b)~invalid or unsupported Perl syntax at index 1",
                "(?i)(?z)~invalid or unsupported Perl syntax at index 4",
                "(?P<n~invalid named capture at index 0",
                "[a-z][z-a]~invalid character class range at index 6",
                "[[:foo:]]~invalid character class range at index 1",
                "x\\pX~invalid character class range at index 1",
            })
    void shouldSayWhatIsWrongAndWhere(String text, String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> regex(text))
                .withMessage("regular expression '" + text + "': " + rule);
    }

    @Test
    void shouldCutALongExpressionInItsMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> regex("a".repeat(90) + "("))
                .withMessage("regular expression '" + "a".repeat(64) + "…': missing closing ) at index 90");
    }

    // ---- limits

    @Test
    void shouldCountTheProgramAsMesosDoesUpToItsLimit() {
        assertThat(regex("a".repeat(98)).matches("a".repeat(98))).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> regex("a".repeat(99)))
                .withMessageEndingWith("': program size 101 > programSizeMax=100");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> regex("[a-z]{99}"))
                .withMessage("regular expression '[a-z]{99}': program size 101 > programSizeMax=100");
    }

    @Test
    void shouldCountTheBytesOfTheExpressionAgainstTheMemory() {
        assertThat(Regex.compile("aaaa", new RegexLimits(4, 100)).text()).isEqualTo("aaaa");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Regex.compile("aaé€", new RegexLimits(6, 100)))
                .withMessage("regular expression 'aaé€': 7 bytes with its repetitions written out > memoryMax=6");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> regex("(a|".repeat(5000)))
                .withMessageContaining("memoryMax=4096");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{100}){100}){100}",
                "(((((((((a{10}){10}){10}){10}){10}){10}){10}){10}){10})",
                "(((a{1000}){1000}){1000}){1000}",
                "(a{999999999}){999999999}",
                "(?:[^x]{0,1000}){1000}",
                "(?:a{1000,}){1000,}",
            })
    void shouldRefuseWhatGrowsBeforeItIsCompiled(String text) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> regex(text))
                        .withMessageContaining("with its repetitions written out > memoryMax=4096"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[[:", "[:", "(", "(?P<", "\\p{", "\\x{", "\\Q", "{1", "a{1,", "a{1}", "\\", "[^]"})
    void shouldRefuseALongTextInTimeLinearInItsLength(String piece) {
        String text = "[" + piece.repeat(1_000_000);

        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> regex(text))
                        .withMessageContaining("memoryMax=4096"));
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> regex(piece.repeat(1_000_000)))
                        .withMessageContaining("memoryMax=4096"));
    }

    @Test
    void shouldRefuseTablesOfCharactersBeforeTheyAreCompiled() {
        assertThat(regex("[\\pL\\pN_]+").matches("стойка_1")).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> regex("[\\pL\\pN\\pS\\p{Greek}]"))
                .withMessageContaining("memoryMax=4096");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "(?:", "(a|", "(?P<n>", "(?i:"})
    void shouldRefuseDeepNestingBeforeItIsCompiled(String open) {
        String deep = open.repeat(500) + "b" + ")".repeat(500);

        onASmallStack(() -> assertThatIllegalArgumentException()
                .isThrownBy(() -> regex(deep))
                .withMessageEndingWith(": nesting 1000 > nestingMax=256"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(%s)", "(?:b%s)*", "(%s|b|cd)*d", "(?:x(%s|[b-c]?e)){0,1}", "(a|%s)?"})
    void shouldCompileAndMatchOnASmallStackWhatIsNestedAsDeepAsMayBe(String shape) {
        onASmallStack(() -> {
            String deep = "a";
            for (String next = deep; nests(next); next = shape.replace("%s", next)) {
                deep = next;
            }
            assertThat(deep.length()).isGreaterThan(100);
            assertThat(Regex.compile(deep, WIDEST).matches("a".repeat(100) + "xx"))
                    .isFalse();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"a{0,250}", "(?:a{0,120}b{0,240})*"})
    void shouldCompileAndMatchOnASmallStackWhatRepeatsAsOftenAsMayBe(String text) {
        onASmallStack(() ->
                assertThat(Regex.compile(text, WIDEST).matches("a".repeat(100))).isTrue());
        assertThat(RegexScan.of(text).nesting()).isGreaterThan(Regex.NESTING_MAX * 9 / 10);
    }

    @Test
    void shouldMatchTheLargestProgramOnASmallStack() {
        String optional = "a?".repeat((RegexLimits.PROGRAM_SIZE_MAX - 2) / 2);

        onASmallStack(() -> assertThat(Regex.compile(optional, WIDEST).matches("a".repeat(400)))
                .isTrue());
    }

    @ParameterizedTest
    @CsvSource({"(a+)+", "(a|a)*", "(a|aa)+", "(.*a){12}", "(?:a?){30}a{30}", "(([a-z])+.)+[A-Z]([a-z])+"})
    void shouldMatchInTimeLinearInTheText(String evil) {
        Regex regex = regex(evil);

        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(regex.matches("a".repeat(100_000) + "!")).isFalse());
    }

    @Test
    void shouldRefuseLimitsOutOfRange() {
        assertThat(RegexLimits.DEFAULT).isEqualTo(new RegexLimits(4096, 100));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RegexLimits(0, 100))
                .withMessage("memoryMax 0: must be 1 to 1048576");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RegexLimits(1 << 21, 100))
                .withMessage("memoryMax 2097152: must be 1 to 1048576");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RegexLimits(4096, 1001))
                .withMessage("programSizeMax 1001: must be 1 to 1000");
    }

    private static boolean nests(String text) {
        RegexScan scan = RegexScan.of(text);
        // RE2/J makes one class of a|b|b|…, which would grow for ever
        return text.length() <= LENGTH_MAX
                && scan.nesting() <= Regex.NESTING_MAX
                && com.google.re2j.Pattern.compile(text).programSize() <= RegexLimits.PROGRAM_SIZE_MAX;
    }

    private static void onASmallStack(Runnable what) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(null, what, "small stack", SMALL_STACK_BYTES);
        thread.setUncaughtExceptionHandler((where, e) -> thrown.set(e));
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(thrown.get()).isNull();
    }

    private static Regex regex(String text) {
        return Regex.compile(text, RegexLimits.DEFAULT);
    }

    /** RE2/J 1.8 never comes back from these; without the rule the thread that compiles them would be lost. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?i)\u1c80",
                "(?i)[\u1c70-\u1c90]",
                "(?i)[a-\\x{10FFFF}]",
                "a(?si:b)\\x{1C80}",
                "(?im)\\Q\u1c85\\E"
            })
    @Timeout(10)
    void shouldRefuseToIgnoreTheCaseOfWhatHasNoEndOfCases(String text) {
        assertThatThrownBy(() -> Regex.compile(text, RegexLimits.DEFAULT))
                .hasMessageContaining("case cannot be ignored for the character at index ");
    }

    @Test
    void shouldIgnoreCaseBelowThat() {
        assertThat(Regex.compile("(?i)straße|ЖУК", RegexLimits.DEFAULT).matches("жук"))
                .isTrue();
        assertThat(Regex.compile("(?P<i>\u1c80)", RegexLimits.DEFAULT).matches("\u1c80"))
                .isTrue();
    }
}
