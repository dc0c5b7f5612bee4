package dev.polder.offer.resource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * A set of whole numbers from 0 on, kept as disjoint, ascending, not adjacent ranges: the form of ports. Immutable,
 * safe for all threads; equal when the same numbers are in it, however it came about.
 */
public final class Ranges {
    /**
     * The largest number a range can hold: one less than a {@code long} can, so that ends and counts never overflow.
     */
    public static final long NUMBER_MAX = Long.MAX_VALUE - 1;

    private static final long[] NO_BOUNDS = {};

    /** No number at all. */
    public static final Ranges EMPTY = new Ranges(NO_BOUNDS, 0);

    /** First and last number of each range in turn: begin, end, begin, end. */
    private final long[] bounds;

    /** Zero until asked for; racing threads compute the same. */
    private int hash;

    /**
     * One range, both ends included.
     *
     * @param begin the first number, 0 or more
     * @param end the last number, {@code begin} or more, at most {@link #NUMBER_MAX}
     */
    public record Range(long begin, long end) {
        /**
         * Checks the ends.
         *
         * @throws IllegalArgumentException if the ends are out of order or out of bounds
         */
        public Range {
            if (begin < 0 || begin > end || end > NUMBER_MAX) {
                throw new IllegalArgumentException(
                        "range " + begin + "-" + end + ": must be 0 <= begin <= end <= NUMBER_MAX=" + NUMBER_MAX);
            }
        }

        /** Returns the range as Mesos writes it, {@code 31000-31999}. */
        @Override
        public String toString() {
            return begin + "-" + end;
        }
    }

    /** Takes {@code bounds} over and keeps its first {@code length} elements. */
    private Ranges(long[] bounds, int length) {
        this.bounds = bounds.length == length ? bounds : Arrays.copyOf(bounds, length);
    }

    /**
     * Returns the numbers from {@code begin} to {@code end}, both included.
     *
     * @throws IllegalArgumentException if {@link Range} refuses these ends
     */
    public static Ranges of(long begin, long end) {
        Range range = new Range(begin, end);
        return new Ranges(new long[] {range.begin(), range.end()}, 2);
    }

    /** Returns the numbers of all these ranges, which may be in any order, overlap and repeat. */
    public static Ranges of(Collection<Range> ranges) {
        List<Range> ascending = new ArrayList<>(ranges);
        ascending.sort(Comparator.comparingLong(Range::begin));
        Appender appender = new Appender(ascending.size());
        for (Range range : ascending) {
            appender.append(range.begin(), range.end());
        }
        return appender.finish();
    }

    /**
     * Checks that no number is in two of these ranges.
     *
     * @throws IllegalArgumentException if one is; names a range that overlaps another
     */
    static void requireDisjoint(Collection<Range> ranges) {
        List<Range> ascending = new ArrayList<>(ranges);
        ascending.sort(Comparator.comparingLong(Range::begin));
        for (int i = 1; i < ascending.size(); i++) {
            if (ascending.get(i).begin() <= ascending.get(i - 1).end()) {
                throw new IllegalArgumentException("range " + ascending.get(i) + " overlaps " + ascending.get(i - 1)
                        + ": ranges must be disjoint");
            }
        }
    }

    /** Returns the ranges in ascending order; unmodifiable. */
    public List<Range> ranges() {
        Range[] ranges = new Range[bounds.length / 2];
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = new Range(bounds[2 * i], bounds[2 * i + 1]);
        }
        return List.of(ranges);
    }

    /** Tells whether there is no number in this. */
    public boolean isEmpty() {
        return bounds.length == 0;
    }

    /** Returns how many numbers are in this. */
    public long count() {
        long count = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            count += bounds[i + 1] - bounds[i] + 1;
        }
        return count;
    }

    /** Returns the smallest numbers of this, at most so many; {@code most} is 0 or more. */
    public Ranges smallest(long most) {
        long rest = most;
        Appender appender = new Appender(bounds.length / 2);
        for (int i = 0; i < bounds.length && rest > 0; i += 2) {
            long end = Math.min(bounds[i + 1], bounds[i] + Math.min(rest - 1, NUMBER_MAX - bounds[i]));
            appender.append(bounds[i], end);
            rest -= end - bounds[i] + 1;
        }
        return appender.finish();
    }

    /** Tells whether {@code number} is in this. */
    public boolean contains(long number) {
        int at = Arrays.binarySearch(bounds, number);
        // a number that is no bound lies inside a range exactly if the next bound above it is an end, at an odd index
        return at >= 0 || ((-at - 1) & 1) == 1;
    }

    /** Tells whether each number of {@code other} is in this. */
    public boolean covers(Ranges other) {
        int mine = 0;
        for (int theirs = 0; theirs < other.bounds.length; theirs += 2) {
            while (mine < bounds.length && bounds[mine + 1] < other.bounds[theirs + 1]) {
                mine += 2;
            }
            if (mine == bounds.length || bounds[mine] > other.bounds[theirs]) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether some number is in both. */
    public boolean intersects(Ranges other) {
        int mine = 0;
        int theirs = 0;
        while (mine < bounds.length && theirs < other.bounds.length) {
            if (bounds[mine + 1] < other.bounds[theirs]) {
                mine += 2;
            } else if (other.bounds[theirs + 1] < bounds[mine]) {
                theirs += 2;
            } else {
                return true;
            }
        }
        return false;
    }

    /** Returns the numbers that are in this or in {@code other}. */
    public Ranges plus(Ranges other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        Appender sum = new Appender((bounds.length + other.bounds.length) / 2);
        int mine = 0;
        int theirs = 0;
        while (mine < bounds.length || theirs < other.bounds.length) {
            boolean takeMine =
                    theirs == other.bounds.length || (mine < bounds.length && bounds[mine] <= other.bounds[theirs]);
            if (takeMine) {
                sum.append(bounds[mine], bounds[mine + 1]);
                mine += 2;
            } else {
                sum.append(other.bounds[theirs], other.bounds[theirs + 1]);
                theirs += 2;
            }
        }
        return sum.finish();
    }

    /** Returns the numbers that are in this but not in {@code other}, which may hold others too. */
    public Ranges minus(Ranges other) {
        if (isEmpty() || other.isEmpty()) {
            return this;
        }
        // each range of the other can split one of ours in two
        Appender rest = new Appender((bounds.length + other.bounds.length) / 2);
        int theirs = 0;
        for (int mine = 0; mine < bounds.length; mine += 2) {
            long begin = bounds[mine];
            long end = bounds[mine + 1];
            while (theirs < other.bounds.length && other.bounds[theirs + 1] < begin) {
                theirs += 2;
            }
            for (int cut = theirs; cut < other.bounds.length && other.bounds[cut] <= end; cut += 2) {
                if (begin < other.bounds[cut]) {
                    rest.append(begin, other.bounds[cut] - 1);
                }
                begin = other.bounds[cut + 1] + 1;
            }
            if (begin <= end) {
                rest.append(begin, end);
            }
        }
        return rest.finish();
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Ranges that && Arrays.equals(bounds, that.bounds));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = Arrays.hashCode(bounds);
            hash = known;
        }
        return known;
    }

    /** Returns the ranges as Mesos writes them: {@code [31000-31999, 32001-32001]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < bounds.length; i += 2) {
            text.append(i == 0 ? "" : ", ").append(bounds[i]).append('-').append(bounds[i + 1]);
        }
        return text.append(']').toString();
    }

    /** Takes ranges in order of their begin and joins those that overlap or touch. */
    private static final class Appender {
        private final long[] bounds;
        private int length;

        Appender(int rangesMax) {
            bounds = new long[2 * rangesMax];
        }

        void append(long begin, long end) {
            if (length > 0 && begin <= bounds[length - 1] + 1) {
                bounds[length - 1] = Math.max(bounds[length - 1], end);
                return;
            }
            bounds[length++] = begin;
            bounds[length++] = end;
        }

        Ranges finish() {
            return length == 0 ? EMPTY : new Ranges(bounds, length);
        }
    }
}
