package dev.polder.offer.resource;

import java.math.BigDecimal;

/** Scalars as others write them, numbers with a point, and as Polder calculates with them: whole thousandths. */
public final class Thousandths {
    /** The largest scalar, in units, that comes from outside: above, a {@code double} has no three decimals. */
    public static final long UNITS_MAX = 9_000_000_000_000L;

    /** What is shown with all its digits in a message. */
    private static final double SHOWN_UNITS_MAX = 1e18;

    private Thousandths() {}

    /**
     * Returns a scalar in thousandths, rounded to the nearest as Mesos does.
     *
     * @param name of what; begins the message of what is thrown
     * @throws IllegalArgumentException if it is negative, no number, above {@link #UNITS_MAX}, or not 0 and rounds to
     *     0; or if it is {@code gpus} and not a whole number
     */
    public static long of(String name, double units) {
        return of(name, units, written(units));
    }

    private static String written(double units) {
        boolean isShort = Math.abs(units) < SHOWN_UNITS_MAX;
        return isShort ? BigDecimal.valueOf(units).stripTrailingZeros().toPlainString() : Double.toString(units);
    }

    /** Returns the same of an amount that was written like that. */
    static long of(String name, double units, String written) {
        if (!(units >= 0 && units <= UNITS_MAX)) {
            throw new IllegalArgumentException(
                    "resource " + name + ": " + written + " is not between 0 and " + UNITS_MAX);
        }
        long thousandths = Math.round(units * 1000);
        if (thousandths == 0 && units > 0) {
            throw new IllegalArgumentException("resource " + name + ": " + written + " is less than 0.001 but not 0");
        }
        if (name.equals("gpus") && thousandths % 1000 != 0) {
            throw new IllegalArgumentException("resource gpus: " + written + " is not a whole number");
        }
        return thousandths;
    }

    /** Returns an amount of 0 or more in units, without the zeros that say nothing: {@code 0.5}, {@code 32}. */
    public static String text(long thousandths) {
        StringBuilder text = new StringBuilder().append(thousandths / 1000);
        long rest = thousandths % 1000;
        if (rest > 0) {
            text.append('.');
        }
        for (long digit = 100; rest > 0; digit /= 10) {
            text.append(rest / digit);
            rest %= digit;
        }
        return text.toString();
    }

    /** Adds two amounts of one resource, and names it if the sum is too large. */
    static long sum(String name, long one, long other) {
        long sum = one + other;
        // the operands are not negative, so that only an overflow makes the sum so
        if (sum < 0) {
            throw tooLarge(name);
        }
        return sum;
    }

    static ArithmeticException tooLarge(String name) {
        return new ArithmeticException("resource " + name + ": the sum is above " + Long.MAX_VALUE + " thousandths");
    }
}
