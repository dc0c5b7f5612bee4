package dev.polder.offer;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How much there is of one named resource, in one of three kinds; never nothing. The other operand is always of the
 * same kind: {@link NamedValues}, which knows the name, has checked it.
 */
sealed interface Value {
    /** Returns both together; of ranges and sets, the union. */
    Value plus(Value other);

    /** Returns what is left when {@code other} is taken away as far as it is there; null if that is nothing. */
    @Nullable
    Value minus(Value other);

    /** Tells whether {@code other} is contained in this. */
    boolean covers(Value other);

    /** Tells whether something that exists once, a number or an item, is in both; amounts share nothing. */
    boolean intersects(Value other);

    /** A scalar in thousandths, 1 or more. */
    record Amount(long thousandths) implements Value {
        @Override
        public Value plus(Value other) {
            return new Amount(Math.addExact(thousandths, ((Amount) other).thousandths));
        }

        @Override
        public @Nullable Value minus(Value other) {
            long rest = thousandths - ((Amount) other).thousandths;
            return rest > 0 ? new Amount(rest) : null;
        }

        @Override
        public boolean covers(Value other) {
            return thousandths >= ((Amount) other).thousandths;
        }

        @Override
        public boolean intersects(Value other) {
            return false;
        }

        /** Returns the amount in units, without the zeros that say nothing: {@code 0.5}, {@code 32}. */
        @Override
        public String toString() {
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
    }

    /** Numbers that exist once each, such as ports. */
    record Numbers(Ranges ranges) implements Value {
        @Override
        public Value plus(Value other) {
            return new Numbers(ranges.plus(((Numbers) other).ranges));
        }

        @Override
        public @Nullable Value minus(Value other) {
            Ranges rest = ranges.minus(((Numbers) other).ranges);
            return rest.isEmpty() ? null : new Numbers(rest);
        }

        @Override
        public boolean covers(Value other) {
            return ranges.covers(((Numbers) other).ranges);
        }

        @Override
        public boolean intersects(Value other) {
            return ranges.intersects(((Numbers) other).ranges);
        }

        @Override
        public String toString() {
            return ranges.toString();
        }
    }

    /** Items that exist once each; the set is unmodifiable and no one else's. */
    record Items(SortedSet<String> items) implements Value {
        @Override
        public Value plus(Value other) {
            SortedSet<String> union = new TreeSet<>(items);
            union.addAll(((Items) other).items);
            return new Items(Collections.unmodifiableSortedSet(union));
        }

        @Override
        public @Nullable Value minus(Value other) {
            SortedSet<String> rest = new TreeSet<>(items);
            rest.removeAll(((Items) other).items);
            return rest.isEmpty() ? null : new Items(Collections.unmodifiableSortedSet(rest));
        }

        @Override
        public boolean covers(Value other) {
            return items.containsAll(((Items) other).items);
        }

        @Override
        public boolean intersects(Value other) {
            return !Collections.disjoint(items, ((Items) other).items);
        }

        @Override
        public String toString() {
            return "{" + String.join(", ", items) + "}";
        }
    }
}
