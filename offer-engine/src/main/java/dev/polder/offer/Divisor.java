package dev.polder.offer;

import java.math.BigInteger;

/**
 * Tells what part of one total an amount is, without dividing: a part is a whole number of 2^-40ths, rounded down, and
 * capped at 4096 times the whole. That is fine enough to tell a hundredth of a CPU among a million apart, and the same
 * on every machine. Immutable.
 *
 * <p>Division by a fixed number as multiplication by its reciprocal: T. Granlund, P. Montgomery, PLDI 1994; what the
 * rounded reciprocal may leave one too small is put right from the remainder.
 */
final class Divisor {
    static final int WHOLE_BITS = 40;

    /** The part that is all there is. */
    static final long WHOLE = 1L << WHOLE_BITS;

    private static final long TIMES_WHOLE_MAX = 4096;
    private static final int RECIPROCAL_BITS = 125;

    /** Of nothing, everything is no part at all. */
    static final Divisor NOTHING = new Divisor(0);

    private final long total;
    private final int shift;
    private final long reciprocal;

    /** Makes one for a total in thousandths, 0 or more. */
    Divisor(long total) {
        this.total = total;
        shift = total == 0 ? 0 : Long.numberOfLeadingZeros(total) - 1;
        reciprocal = total == 0
                ? 0
                : BigInteger.ONE
                        .shiftLeft(RECIPROCAL_BITS)
                        .divide(BigInteger.valueOf(total << shift))
                        .subtract(BigInteger.ONE)
                        .longValueExact();
    }

    long total() {
        return total;
    }

    /** Returns what part {@code amount} is; 0 if the total is nothing. */
    long part(long amount) {
        if (amount == 0 || total == 0) {
            return 0;
        }
        if (amount > total) {
            long wholes = amount / total;
            return wholes >= TIMES_WHOLE_MAX ? TIMES_WHOLE_MAX * WHOLE : wholes * WHOLE + proper(amount % total);
        }
        return proper(amount);
    }

    /** Returns the part of an amount that is not above the total. */
    private long proper(long amount) {
        // amount / total = (amount * 2^shift) * reciprocal / 2^125, of which multiplyHigh has taken 2^64
        long part = Math.multiplyHigh(amount << shift, reciprocal) >>> (RECIPROCAL_BITS - Long.SIZE - WHOLE_BITS);
        long remainder = (amount << WHOLE_BITS) - part * total;
        return Long.compareUnsigned(remainder, total) >= 0 ? part + 1 : part;
    }
}
