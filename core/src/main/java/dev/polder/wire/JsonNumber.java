package dev.polder.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** A number as JSON writes it, and what each kind of field makes of it. A fraction is cut off where a whole number is wanted. */
final class JsonNumber {

    private static final int LENGTH_MAX = 1000;
    private static final Pattern GRAMMAR = Pattern.compile("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][+-]?[0-9]++)?");
    private static final int SURELY_LONG_LENGTH_MAX = 18;
    private static final BigInteger UNSIGNED_LONG_MAX =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    private final String text;

    private JsonNumber(String text) {
        this.text = text;
    }

    /** A token that the parser has already found to be a number. */
    static JsonNumber ofToken(String text) {
        return new JsonNumber(text);
    }

    /** A number in a string; empty if it is none. */
    static Optional<JsonNumber> parse(String text) {
        return text.length() <= LENGTH_MAX && GRAMMAR.matcher(text).matches()
                ? Optional.of(new JsonNumber(text))
                : Optional.empty();
    }

    /** The nearest double; empty if the number is beyond the largest. */
    Optional<Double> toDouble() {
        double value = Double.parseDouble(text);
        return Double.isInfinite(value) ? Optional.empty() : Optional.of(value);
    }

    /** The whole part, if it lies within the bounds. */
    OptionalLong toLong(long min, long max) {
        if (text.length() <= SURELY_LONG_LENGTH_MAX && isWhole()) {
            long value = Long.parseLong(text);
            return min <= value && value <= max ? OptionalLong.of(value) : OptionalLong.empty();
        }
        return toLong(BigInteger.valueOf(min), BigInteger.valueOf(max));
    }

    /** The whole part as the 64 bits of an unsigned number, if it lies within their range. */
    OptionalLong toUnsignedLong() {
        return toLong(BigInteger.ZERO, UNSIGNED_LONG_MAX);
    }

    private OptionalLong toLong(BigInteger min, BigInteger max) {
        Optional<BigInteger> value = isWhole()
                ? Optional.of(new BigInteger(text))
                // by way of a double, whose exponent is bounded: 1e999999999 must not become a billion digits
                : toDouble().map(d -> new BigDecimal(d).toBigInteger());
        return value.filter(v -> v.compareTo(min) >= 0 && v.compareTo(max) <= 0)
                .map(v -> OptionalLong.of(v.longValue()))
                .orElse(OptionalLong.empty());
    }

    private boolean isWhole() {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' || c == 'e' || c == 'E') {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return text;
    }
}
