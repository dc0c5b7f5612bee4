package dev.polder.offer;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Values by name, in order of names: the general case of {@link Resources}, which keeps the four common scalars apart.
 * Immutable; results share arrays with their operands where nothing changed.
 */
final class NamedValues {
    static final NamedValues EMPTY = new NamedValues(new String[0], new Value[0]);

    /** Ascending, each once. */
    private final String[] names;

    /** The value of the name at the same index. */
    private final Value[] values;

    /** Zero until asked for; racing threads compute the same. */
    private int hash;

    private NamedValues(String[] names, Value[] values) {
        this.names = names;
        this.values = values;
    }

    static NamedValues of(SortedMap<String, Value> values) {
        return values.isEmpty()
                ? EMPTY
                : new NamedValues(
                        values.keySet().toArray(new String[0]), values.values().toArray(new Value[0]));
    }

    boolean isEmpty() {
        return names.length == 0;
    }

    @Nullable
    Value value(String name) {
        int at = Arrays.binarySearch(names, name);
        return at < 0 ? null : values[at];
    }

    void forEach(BiConsumer<String, Value> action) {
        for (int i = 0; i < names.length; i++) {
            action.accept(names[i], values[i]);
        }
    }

    NamedValues plus(NamedValues other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        Appender sum = new Appender(names.length + other.names.length);
        int mine = 0;
        int theirs = 0;
        while (mine < names.length || theirs < other.names.length) {
            int order = order(mine, other, theirs);
            if (order < 0) {
                sum.append(names[mine], values[mine++]);
            } else if (order > 0) {
                sum.append(other.names[theirs], other.values[theirs++]);
            } else {
                sum.append(names[mine], sum(names[mine], values[mine++], other.values[theirs++]));
            }
        }
        return sum.finish();
    }

    /** Returns what is left of this when {@code other} is taken away as far as it is there. */
    NamedValues minus(NamedValues other) {
        if (isEmpty() || other.isEmpty()) {
            return this;
        }
        Appender rest = new Appender(names.length);
        int theirs = 0;
        for (int mine = 0; mine < names.length; mine++) {
            theirs = other.skipTo(names[mine], theirs);
            if (!other.isAt(theirs, names[mine])) {
                rest.append(names[mine], values[mine]);
                continue;
            }
            requireSameKind(names[mine], values[mine], other.values[theirs]);
            Value left = values[mine].minus(other.values[theirs]);
            if (left != null) {
                rest.append(names[mine], left);
            }
        }
        return rest.finish();
    }

    boolean covers(NamedValues other) {
        int mine = 0;
        for (int theirs = 0; theirs < other.names.length; theirs++) {
            mine = skipTo(other.names[theirs], mine);
            if (!isAt(mine, other.names[theirs])) {
                return false;
            }
            if (values[mine].getClass() != other.values[theirs].getClass()
                    || !values[mine].covers(other.values[theirs])) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether some number or item is in both under the same name. */
    boolean intersects(NamedValues other) {
        int mine = 0;
        for (int theirs = 0; theirs < other.names.length; theirs++) {
            mine = skipTo(other.names[theirs], mine);
            if (isAt(mine, other.names[theirs])
                    && values[mine].getClass() == other.values[theirs].getClass()
                    && values[mine].intersects(other.values[theirs])) {
                return true;
            }
        }
        return false;
    }

    void requireSameKinds(NamedValues other) {
        int mine = 0;
        for (int theirs = 0; theirs < other.names.length; theirs++) {
            mine = skipTo(other.names[theirs], mine);
            if (isAt(mine, other.names[theirs])) {
                requireSameKind(names[mine], values[mine], other.values[theirs]);
            }
        }
    }

    /** Tells whether one value here covers the value of the same name there. */
    boolean reachesOneOf(NamedValues floor) {
        for (int i = 0; i < floor.names.length; i++) {
            Value value = value(floor.names[i]);
            if (value != null && value.getClass() == floor.values[i].getClass() && value.covers(floor.values[i])) {
                return true;
            }
        }
        return false;
    }

    /** Returns the scalars alone. */
    NamedValues amounts() {
        int amounts = 0;
        for (Value value : values) {
            amounts += value instanceof Value.Amount ? 1 : 0;
        }
        if (amounts == names.length) {
            return this;
        }
        Appender kept = new Appender(amounts);
        for (int i = 0; i < names.length && amounts > 0; i++) {
            if (values[i] instanceof Value.Amount) {
                kept.append(names[i], values[i]);
            }
        }
        return kept.finish();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof NamedValues that
                        && Arrays.equals(names, that.names)
                        && Arrays.equals(values, that.values));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = 31 * Arrays.hashCode(names) + Arrays.hashCode(values);
            hash = known;
        }
        return known;
    }

    /** Returns the first index from {@code from} on whose name is not below {@code name}. */
    private int skipTo(String name, int from) {
        int at = from;
        // equal names first: they are the common case, and equals is quicker than compareTo where they are the same
        while (at < names.length && !names[at].equals(name) && names[at].compareTo(name) < 0) {
            at++;
        }
        return at;
    }

    private boolean isAt(int at, String name) {
        return at < names.length && names[at].equals(name);
    }

    /** Compares names; one past the end of its array comes after all. */
    private int order(int mine, NamedValues other, int theirs) {
        if (mine == names.length) {
            return 1;
        }
        if (theirs == other.names.length) {
            return -1;
        }
        return names[mine].equals(other.names[theirs]) ? 0 : names[mine].compareTo(other.names[theirs]);
    }

    private static Value sum(String name, Value one, Value other) {
        requireSameKind(name, one, other);
        try {
            return one.plus(other);
        } catch (ArithmeticException e) {
            throw Resources.tooLarge(name, e);
        }
    }

    private static void requireSameKind(String name, Value one, Value other) {
        if (one.getClass() != other.getClass()) {
            throw new IllegalArgumentException(
                    "resource " + name + " is " + one + " here and " + other + " there: one name has one kind");
        }
    }

    /** Takes values in order of their names. */
    private static final class Appender {
        private final String[] names;
        private final Value[] values;
        private int length;

        Appender(int namesMax) {
            names = new String[namesMax];
            values = new Value[namesMax];
        }

        void append(String name, Value value) {
            names[length] = name;
            values[length++] = value;
        }

        NamedValues finish() {
            if (length == 0) {
                return EMPTY;
            }
            return length == names.length
                    ? new NamedValues(names, values)
                    : new NamedValues(Arrays.copyOf(names, length), Arrays.copyOf(values, length));
        }
    }
}
