package dev.polder.offer;

import java.util.List;

/** A set of whole numbers kept as disjoint, ascending, not adjacent ranges. Immutable. */
public final class Ranges {
    /** No number at all. */
    public static final Ranges EMPTY = new Ranges();

    private Ranges() {}

    /** One range, both ends included, {@code begin <= end}. */
    public record Range(long begin, long end) {}

    /** Returns the ranges in ascending order. */
    public List<Range> ranges() {
        throw new UnsupportedOperationException();
    }
}
