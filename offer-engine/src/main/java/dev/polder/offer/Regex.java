package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression in RE2's syntax that a text either matches as a whole or not, in time linear in the text's length.
 * Equal if the text of the expression is.
 *
 * <p>Of what RE2 knows, {@code \C} (any byte) is not supported, nor characters from U+1C80 on where case is ignored.
 */
public final class Regex {
    /** How deep groups and optional repetitions may be nested, as {@link RegexScan#nesting} counts; RE2/J recurses. */
    static final int NESTING_MAX = 256;

    private static final int POSITION_TRIES_MAX = 8;

    private final String text;
    private final Pattern pattern;

    private Regex(String text, Pattern pattern) {
        this.text = text;
        this.pattern = pattern;
    }

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException if it is no regular expression, or larger than the limits allow; names the expression,
     *     and the place or the limit
     */
    public static Regex compile(String text, RegexLimits limits) {
        requireNonNull(text, "text");
        RegexScan scan = RegexScan.of(text);
        if (scan.writtenOutBytes() > limits.memoryMax()) {
            throw wrong(
                    text,
                    scan.writtenOutBytes() + " bytes with its repetitions written out > memoryMax="
                            + limits.memoryMax());
        }
        if (scan.nesting() > NESTING_MAX) {
            throw wrong(text, "nesting " + scan.nesting() + " > nestingMax=" + NESTING_MAX);
        }
        if (scan.unfoldable() >= 0) {
            throw wrong(text, "case cannot be ignored for the character at index " + scan.unfoldable());
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw wrong(text, words(text, scan, e));
        }
        if (pattern.programSize() > limits.programSizeMax()) {
            throw wrong(text, "program size " + pattern.programSize() + " > programSizeMax=" + limits.programSizeMax());
        }
        return new Regex(text, pattern);
    }

    /** Returns whether the whole text matches. */
    public boolean matches(String candidate) {
        return pattern.matches(candidate);
    }

    /** Returns the expression as it was given. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Regex regex && regex.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

    private static IllegalArgumentException wrong(String text, String rule) {
        return new IllegalArgumentException("regular expression " + Excerpt.quoted(text) + ": " + rule);
    }

    private static String words(String text, RegexScan scan, PatternSyntaxException e) {
        String fragment = e.getPattern();
        if (fragment.equals("stack underflow") && scan.unopened() >= 0) {
            return "unexpected ) at index " + scan.unopened();
        }
        if (fragment.equals(text) && scan.unclosed() >= 0 && e.getDescription().contains("closing )")) {
            return e.getDescription() + " at index " + scan.unclosed();
        }
        return e.getDescription() + " at index " + position(text, fragment, e.getDescription());
    }

    /**
     * Returns where the piece stands that RE2/J names. It does not say where, so the piece is looked for: it stands where the
     * text, cut off behind it, is wrong in the same way.
     */
    private static int position(String text, String fragment, String description) {
        if (fragment.isEmpty()) {
            return Math.max(0, text.length() - 1); // a backslash at the end is the only thing without a name
        }
        int first = text.indexOf(fragment);
        int candidate = first;
        for (int tries = 0; candidate >= 0 && tries < POSITION_TRIES_MAX; tries++) {
            try {
                Pattern.compile(text.substring(0, candidate + fragment.length()));
            } catch (PatternSyntaxException e) {
                if (e.getPattern().equals(fragment) && e.getDescription().equals(description)) {
                    return candidate;
                }
            }
            candidate = text.indexOf(fragment, candidate + 1);
        }
        return Math.max(0, first);
    }
}
