package dev.polder.model;

import java.math.BigDecimal;

/** Amounts as people write them, turned into the whole numbers of thousandths that the cluster calculates with. */
final class Thousandths {
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE, 3);

    private Thousandths() {}

    static long of(String name, double amount) {
        if (Double.isNaN(amount) || amount < 0) {
            throw new IllegalArgumentException(name + " is " + amount + ", it must not be negative");
        }
        if (Double.isInfinite(amount) || new BigDecimal(amount).compareTo(MAX) > 0) {
            throw new IllegalArgumentException(name + " is " + amount + ", the most is " + MAX);
        }
        // the shortest decimal text of a double is what its author wrote: 0.1 is one tenth
        BigDecimal thousandths = BigDecimal.valueOf(amount).movePointRight(3);
        if (thousandths.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException(
                    name + " is " + amount + ", amounts have at most three digits behind the point");
        }
        return thousandths.longValueExact();
    }
}
