package dev.polder.offer.resource;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Values by id, in order of ids: the general case of {@link Resources}, which keeps the four plain scalars apart.
 * Immutable; results share arrays with their operands where nothing changed.
 *
 * <p>An id that cannot be divided may be there several times, once for each size. All merges are linear, and compare
 * integers as long as two ids are not the same.
 */
final class Entries {
    static final Entries EMPTY = new Entries(new ResourceId[0], new Value[0]);

    /** Ascending; never one of the four plain scalars. */
    private final ResourceId[] ids;

    /** The value of the id at the same index. */
    private final Value[] values;

    private final boolean hasScalars;

    private Entries(ResourceId[] ids, Value[] values) {
        this.ids = ids;
        this.values = values;
        this.hasScalars = Arrays.stream(ids).anyMatch(id -> id.kind() == ResourceKind.SCALAR);
    }

    /** One value of one id. */
    record Entry(ResourceId id, Value value) {
        static int compare(Entry one, Entry other) {
            return Entries.compare(one.id, one.value, other.id, other.value);
        }
    }

    /**
     * Returns all of these together; the list is sorted.
     *
     * @throws IllegalArgumentException if one name is of two kinds
     */
    static Entries of(List<Entry> entries) {
        if (entries.isEmpty()) {
            return EMPTY;
        }
        entries.sort(Entry::compare);
        Appender sum = new Appender(entries.size());
        for (Entry entry : entries) {
            sum.add(entry.id, entry.value);
        }
        return sum.finish();
    }

    boolean isEmpty() {
        return ids.length == 0;
    }

    int size() {
        return ids.length;
    }

    ResourceId id(int at) {
        return ids[at];
    }

    Value value(int at) {
        return values[at];
    }

    /** Tells whether there are scalars. */
    boolean hasScalars() {
        return hasScalars;
    }

    /** Adds all scalars to {@code sums}. */
    void addTo(Quantities.Builder sums) {
        for (int i = 0; i < ids.length; i++) {
            if (values[i] instanceof Value.Amount amount) {
                sums.add(ids[i].name(), Value.total(ids[i], amount));
            }
        }
    }

    /** Returns the first index of a name, or where it would be. */
    private int firstOf(String name) {
        int hash = name.hashCode();
        int low = 0;
        int high = ids.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBefore(ids[middle], hash, name)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static boolean isBefore(ResourceId id, int hash, String name) {
        return id.nameHash() != hash ? id.nameHash() < hash : id.name().compareTo(name) < 0;
    }

    private boolean isOf(String name, int at) {
        return at < ids.length && ids[at].name().equals(name);
    }

    /** Returns the union of the ranges of a name, whatever their metadata. */
    Ranges ranges(String name) {
        Ranges union = Ranges.EMPTY;
        for (int at = firstOf(name); isOf(name, at); at++) {
            if (values[at] instanceof Value.Numbers numbers) {
                union = union.plus(numbers.ranges());
            }
        }
        return union;
    }

    /** Returns the union of the sets of a name, whatever their metadata; unmodifiable. */
    Set<String> items(String name) {
        SortedSet<String> union = new TreeSet<>();
        for (int at = firstOf(name); isOf(name, at); at++) {
            if (values[at] instanceof Value.Items set) {
                union.addAll(set.items());
            }
        }
        return Collections.unmodifiableSortedSet(union);
    }

    /** Returns something for each name of a kind, by name; unmodifiable. */
    <T> SortedMap<String, T> byName(ResourceKind kind, Function<String, T> what) {
        SortedMap<String, T> all = new TreeMap<>();
        for (ResourceId id : ids) {
            if (id.kind() == kind) {
                all.computeIfAbsent(id.name(), what);
            }
        }
        return Collections.unmodifiableSortedMap(all);
    }

    Entries plus(Entries other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        Appender sum = new Appender(ids.length + other.ids.length);
        int mine = 0;
        int theirs = 0;
        while (mine < ids.length || theirs < other.ids.length) {
            int order = order(mine, other, theirs);
            if (order < 0) {
                sum.append(ids[mine], values[mine++]);
            } else if (order > 0) {
                sum.append(other.ids[theirs], other.values[theirs++]);
            } else {
                sum.append(ids[mine], sum(ids[mine], values[mine++], other.values[theirs++]));
            }
        }
        return sum.finish();
    }

    /** Returns what is left of this when {@code other} is taken away as far as it is there; this if nothing is. */
    Entries minus(Entries other) {
        if (isEmpty() || other.isEmpty()) {
            return this;
        }
        requireSameKinds(other);
        Appender rest = new Appender(ids.length);
        boolean changed = false;
        int theirs = 0;
        for (int mine = 0; mine < ids.length; mine++) {
            theirs = other.skipTo(ids[mine], values[mine], theirs);
            if (!other.isAt(theirs, ids[mine], values[mine])) {
                rest.append(ids[mine], values[mine]);
                continue;
            }
            Value left = Value.rest(ids[mine], values[mine], other.values[theirs]);
            changed |= left == null || !left.equals(values[mine]);
            if (left != null) {
                rest.append(ids[mine], left);
            }
        }
        return changed ? rest.finish() : this;
    }

    boolean covers(Entries other) {
        int mine = 0;
        for (int theirs = 0; theirs < other.ids.length; theirs++) {
            mine = skipTo(other.ids[theirs], other.values[theirs], mine);
            if (!isAt(mine, other.ids[theirs], other.values[theirs])
                    || !Value.covers(other.ids[theirs], values[mine], other.values[theirs])) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether some number or item is in both under the same name, whatever else tells them apart. */
    boolean intersects(Entries other) {
        int theirs = 0;
        for (int mine = 0; mine < ids.length; mine++) {
            while (theirs < other.ids.length && compareNames(other.ids[theirs], ids[mine]) < 0) {
                theirs++;
            }
            for (int at = theirs; at < other.ids.length && compareNames(other.ids[at], ids[mine]) == 0; at++) {
                if (Value.intersects(values[mine], other.values[at])) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Checks that both can be added up.
     *
     * @throws IllegalArgumentException if a name is of one kind here and of another there
     */
    void requireSameKinds(Entries other) {
        int mine = 0;
        int theirs = 0;
        while (mine < ids.length && theirs < other.ids.length) {
            int order = compareNames(ids[mine], other.ids[theirs]);
            if (order == 0 && ids[mine].kind() != other.ids[theirs].kind()) {
                throw twoKinds(ids[mine], values[mine], other.values[theirs]);
            }
            mine += order <= 0 ? 1 : 0;
            theirs += order > 0 ? 1 : 0;
        }
    }

    /** Returns those entries whose ids pass; this if all do. */
    Entries filter(Predicate<ResourceId> wanted) {
        Appender kept = new Appender(ids.length);
        for (int i = 0; i < ids.length; i++) {
            if (wanted.test(ids[i])) {
                kept.append(ids[i], values[i]);
            }
        }
        return kept.length == ids.length ? this : kept.finish();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Entries that
                        && Arrays.equals(ids, that.ids)
                        && Arrays.equals(values, that.values));
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Arrays.hashCode(values);
    }

    /** Returns the first index from {@code from} on whose entry is not before this one. */
    private int skipTo(ResourceId id, Value value, int from) {
        int at = from;
        while (at < ids.length && compare(ids[at], values[at], id, value) < 0) {
            at++;
        }
        return at;
    }

    private boolean isAt(int at, ResourceId id, Value value) {
        return at < ids.length && compare(ids[at], values[at], id, value) == 0;
    }

    /** Compares entries; one past the end of its arrays comes after all. */
    private int order(int mine, Entries other, int theirs) {
        if (mine == ids.length) {
            return 1;
        }
        if (theirs == other.ids.length) {
            return -1;
        }
        return compare(ids[mine], values[mine], other.ids[theirs], other.values[theirs]);
    }

    /** Orders by id, then, of what cannot be divided, by size. */
    private static int compare(ResourceId id, Value value, ResourceId otherId, Value otherValue) {
        int byId = id.compareTo(otherId);
        if (byId != 0 || id.isDivisible()) {
            return byId;
        }
        return Long.compare(((Value.Amount) value).thousandths(), ((Value.Amount) otherValue).thousandths());
    }

    private static int compareNames(ResourceId one, ResourceId other) {
        if (one.nameHash() != other.nameHash()) {
            return one.nameHash() < other.nameHash() ? -1 : 1;
        }
        return one.name().equals(other.name()) ? 0 : one.name().compareTo(other.name());
    }

    private static Value sum(ResourceId id, Value one, Value other) {
        try {
            return Value.sum(id, one, other);
        } catch (ArithmeticException e) {
            ArithmeticException named = Thousandths.tooLarge(id.toString());
            named.initCause(e);
            throw named;
        }
    }

    private static IllegalArgumentException twoKinds(ResourceId id, Value one, Value other) {
        return new IllegalArgumentException(
                "resource " + id.name() + " is " + one + " here and " + other + " there: one name has one kind");
    }

    /** Takes entries in their order. */
    private static final class Appender {
        private final ResourceId[] ids;
        private final Value[] values;
        private int length;

        Appender(int entriesMax) {
            ids = new ResourceId[entriesMax];
            values = new Value[entriesMax];
        }

        /** Takes an entry that may be the same as the last one. */
        void add(ResourceId id, Value value) {
            if (length > 0 && compare(ids[length - 1], values[length - 1], id, value) == 0) {
                values[length - 1] = sum(id, values[length - 1], value);
            } else {
                append(id, value);
            }
        }

        /** Takes an entry that comes after the last one. */
        void append(ResourceId id, Value value) {
            if (length > 0
                    && ids[length - 1].kind() != id.kind()
                    && ids[length - 1].name().equals(id.name())) {
                throw twoKinds(id, values[length - 1], value);
            }
            ids[length] = id;
            values[length++] = value;
        }

        Entries finish() {
            if (length == 0) {
                return EMPTY;
            }
            return length == ids.length
                    ? new Entries(ids, values)
                    : new Entries(Arrays.copyOf(ids, length), Arrays.copyOf(values, length));
        }
    }
}
