package dev.polder.offer.resource;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How much there is of one resource, in one of three kinds; never nothing. Immutable.
 *
 * <p>Arithmetic is done by {@link Resources}, which knows of each value whose it is.
 */
public sealed interface Value {
    /** Returns the kind that resources with such a value have. */
    ResourceKind kind();

    /**
     * A scalar in thousandths.
     *
     * @param thousandths how much, 1 or more; of what comes as a whole, the size of one copy
     * @param copies how many copies there are, 1 or more. What can be divided has one. A device or a volume that is
     *     added to itself is there twice, not double the size; a shared volume has as many copies as users
     */
    record Amount(long thousandths, long copies) implements Value {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is below 1
         */
        public Amount {
            if (thousandths < 1 || copies < 1) {
                throw new IllegalArgumentException(
                        "amount of " + copies + " times " + thousandths + " thousandths: both must be 1 or more");
            }
        }

        /**
         * One copy of {@code thousandths}.
         *
         * @throws IllegalArgumentException if that is below 1
         */
        public Amount(long thousandths) {
            this(thousandths, 1);
        }

        @Override
        public ResourceKind kind() {
            return ResourceKind.SCALAR;
        }

        /** Returns the size of one copy in units, without the zeros that say nothing: {@code 0.5}, {@code 32}. */
        @Override
        public String toString() {
            return Thousandths.text(thousandths);
        }
    }

    /**
     * Numbers that exist once each, such as ports.
     *
     * @param ranges never empty
     */
    record Numbers(Ranges ranges) implements Value {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if there is no number in them
         */
        public Numbers {
            if (ranges.isEmpty()) {
                throw new IllegalArgumentException("ranges []: must hold a number");
            }
        }

        @Override
        public ResourceKind kind() {
            return ResourceKind.RANGES;
        }

        @Override
        public String toString() {
            return ranges.toString();
        }
    }

    /**
     * Items that exist once each.
     *
     * @param items never empty; unmodifiable, in ascending order
     */
    record Items(SortedSet<String> items) implements Value {
        /**
         * Copies the items.
         *
         * @throws IllegalArgumentException if there are none
         */
        public Items {
            if (items.isEmpty()) {
                throw new IllegalArgumentException("set {}: must hold an item");
            }
            items = Collections.unmodifiableSortedSet(new TreeSet<>(items));
        }

        @Override
        public ResourceKind kind() {
            return ResourceKind.SET;
        }

        @Override
        public String toString() {
            return "{" + String.join(", ", items) + "}";
        }
    }

    /**
     * Returns both together: of what can be divided the sum, else more copies; of ranges and sets the union.
     *
     * @param id whose values they are; both are of its kind, and of one size if it cannot be divided
     * @throws ArithmeticException if that does not fit a {@code long}
     */
    static Value sum(ResourceId id, Value one, Value other) {
        return switch (id.kind()) {
            case SCALAR -> sum(id, (Amount) one, (Amount) other);
            case RANGES -> new Numbers(((Numbers) one).ranges().plus(((Numbers) other).ranges()));
            case SET -> {
                SortedSet<String> union = new TreeSet<>(((Items) one).items());
                union.addAll(((Items) other).items());
                yield new Items(union);
            }
        };
    }

    private static Value sum(ResourceId id, Amount one, Amount other) {
        return id.isDivisible()
                ? new Amount(Math.addExact(one.thousandths(), other.thousandths()), 1)
                : new Amount(one.thousandths(), Math.addExact(one.copies(), other.copies()));
    }

    /** Returns what is left of {@code one} when {@code other} is taken away as far as it is there; null if nothing. */
    static @Nullable Value rest(ResourceId id, Value one, Value other) {
        return switch (id.kind()) {
            case SCALAR -> rest(id, (Amount) one, (Amount) other);
            case RANGES -> {
                Ranges rest = ((Numbers) one).ranges().minus(((Numbers) other).ranges());
                yield rest.isEmpty() ? null : new Numbers(rest);
            }
            case SET -> {
                SortedSet<String> rest = new TreeSet<>(((Items) one).items());
                rest.removeAll(((Items) other).items());
                yield rest.isEmpty() ? null : new Items(rest);
            }
        };
    }

    private static @Nullable Value rest(ResourceId id, Amount one, Amount other) {
        if (id.isDivisible()) {
            long rest = one.thousandths() - other.thousandths();
            return rest > 0 ? new Amount(rest, 1) : null;
        }
        long rest = one.copies() - other.copies();
        return rest > 0 ? new Amount(one.thousandths(), rest) : null;
    }

    /** Tells whether {@code other} is contained in {@code one}. */
    static boolean covers(ResourceId id, Value one, Value other) {
        return switch (id.kind()) {
            case SCALAR -> {
                Amount have = (Amount) one;
                Amount want = (Amount) other;
                yield id.isDivisible() ? have.thousandths() >= want.thousandths() : have.copies() >= want.copies();
            }
            case RANGES -> ((Numbers) one).ranges().covers(((Numbers) other).ranges());
            case SET -> ((Items) one).items().containsAll(((Items) other).items());
        };
    }

    /**
     * Returns a value as one of another id of the same name: what comes in copies is one amount where it can be divided.
     *
     * @throws ArithmeticException if that does not fit a {@code long}
     */
    static Value moved(ResourceId from, ResourceId to, Value value) {
        return value instanceof Amount amount && amount.copies() > 1 && to.isDivisible()
                ? new Amount(total(from, amount))
                : value;
    }

    /** Returns how much all copies are together, in thousandths; a shared volume counts once. */
    static long total(ResourceId id, Amount amount) {
        if (id.isShared() || amount.copies() == 1) {
            return amount.thousandths();
        }
        try {
            return Math.multiplyExact(amount.thousandths(), amount.copies());
        } catch (ArithmeticException e) {
            ArithmeticException named = Thousandths.tooLarge(id.toString());
            named.initCause(e);
            throw named;
        }
    }

    /** Returns the value; what can be divided has one copy only. */
    static Value requireWhole(ResourceId id, Value value) {
        if (value instanceof Amount amount && amount.copies() > 1 && id.isDivisible()) {
            throw new IllegalArgumentException(
                    "resource " + id + ": " + amount.copies() + " copies, but it can be divided and has one");
        }
        return value;
    }

    /** Tells whether a number or an item is in both; amounts, and values of two kinds, share nothing. */
    static boolean intersects(Value one, Value other) {
        if (one instanceof Numbers here && other instanceof Numbers there) {
            return here.ranges().intersects(there.ranges());
        }
        return one instanceof Items here
                && other instanceof Items there
                && !Collections.disjoint(here.items(), there.items());
    }
}
