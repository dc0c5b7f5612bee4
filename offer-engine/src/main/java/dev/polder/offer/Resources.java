package dev.polder.offer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An amount of resources: named scalars, ranges and sets. Immutable, safe for all threads; equal when they hold the
 * same amounts.
 *
 * <p>A scalar is a whole number of thousandths (of a CPU, of a MiB), and every sum is exact or fails; an amount of zero
 * is the same as absence. Numbers of ranges and items of sets exist once: two amounts that hold the same port together
 * hold it once. One name has one kind, and {@code cpus}, {@code mem}, {@code disk} and {@code gpus} are always scalars.
 */
public final class Resources {
    /*
     * The four scalars that every cluster has are fields, so that the sums of the offer loop are straight-line code;
     * all the rest is the general case.
     */

    /** Nothing at all. */
    public static final Resources EMPTY = new Resources(0, 0, 0, 0, NamedValues.EMPTY);

    final long cpus;
    final long disk;
    final long gpus;
    final long mem;

    /** Everything that is not one of the four. */
    final NamedValues others;

    /** Zero until asked for; racing threads compute the same. */
    private int hash;

    private Resources(long cpus, long disk, long gpus, long mem, NamedValues others) {
        this.cpus = cpus;
        this.disk = disk;
        this.gpus = gpus;
        this.mem = mem;
        this.others = others;
    }

    /** Returns an amount of these scalars; none is negative. */
    static Resources ofFields(long cpus, long disk, long gpus, long mem, NamedValues others) {
        return (cpus | disk | gpus | mem) == 0 && others.isEmpty()
                ? EMPTY
                : new Resources(cpus, disk, gpus, mem, others);
    }

    /**
     * Returns scalars only, for tests and short programs: {@code ofScalars(Map.of("cpus", 500L))}.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public static Resources ofScalars(Map<String, Long> thousandths) {
        Builder builder = builder();
        thousandths.forEach(builder::scalar);
        return builder.build();
    }

    /** Returns a builder that starts from nothing. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the scalar {@code name} in thousandths, 0 if there is none. */
    public long scalar(String name) {
        return switch (name) {
            case "cpus" -> cpus;
            case "disk" -> disk;
            case "gpus" -> gpus;
            case "mem" -> mem;
            default -> others.value(name) instanceof Value.Amount amount ? amount.thousandths() : 0;
        };
    }

    /** Returns the ranges of {@code name}, empty if there are none. */
    public Ranges ranges(String name) {
        return others.value(name) instanceof Value.Numbers numbers ? numbers.ranges() : Ranges.EMPTY;
    }

    /** Returns the items of the set {@code name} in ascending order, empty if there are none; unmodifiable. */
    public Set<String> items(String name) {
        return others.value(name) instanceof Value.Items set ? set.items() : Set.of();
    }

    /** Returns all scalars in thousandths, by name; unmodifiable. */
    public SortedMap<String, Long> scalars() {
        SortedMap<String, Long> scalars = new TreeMap<>();
        values().forEach((name, value) -> {
            if (value instanceof Value.Amount amount) {
                scalars.put(name, amount.thousandths());
            }
        });
        return Collections.unmodifiableSortedMap(scalars);
    }

    /** Returns all ranges by name; unmodifiable. */
    public SortedMap<String, Ranges> ranges() {
        SortedMap<String, Ranges> ranges = new TreeMap<>();
        others.forEach((name, value) -> {
            if (value instanceof Value.Numbers numbers) {
                ranges.put(name, numbers.ranges());
            }
        });
        return Collections.unmodifiableSortedMap(ranges);
    }

    /** Returns all sets by name; unmodifiable. */
    public SortedMap<String, Set<String>> sets() {
        SortedMap<String, Set<String>> sets = new TreeMap<>();
        others.forEach((name, value) -> {
            if (value instanceof Value.Items set) {
                sets.put(name, set.items());
            }
        });
        return Collections.unmodifiableSortedMap(sets);
    }

    /** Tells whether this is nothing at all. */
    public boolean isEmpty() {
        return (cpus | disk | gpus | mem) == 0 && others.isEmpty();
    }

    /**
     * Returns both amounts together; of ranges and sets, the union.
     *
     * @throws ArithmeticException if a scalar does not fit a {@code long}; names it
     * @throws IllegalArgumentException if a name is of one kind here and of another there
     */
    public Resources plus(Resources other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        return ofFields(
                sum("cpus", cpus, other.cpus),
                sum("disk", disk, other.disk),
                sum("gpus", gpus, other.gpus),
                sum("mem", mem, other.mem),
                others.plus(other.others));
    }

    /**
     * Returns this without {@code other}.
     *
     * @throws IllegalArgumentException if this does not cover {@code other}; names the first resource that is short
     */
    public Resources minus(Resources other) {
        if (!covers(other)) {
            throw new IllegalArgumentException(shortage(other));
        }
        return minusSaturating(other);
    }

    /**
     * Returns what is left of this when {@code other} is taken away as far as it is there.
     *
     * @throws IllegalArgumentException if a name is of one kind here and of another there
     */
    public Resources minusSaturating(Resources other) {
        if (other.isEmpty()) {
            return this;
        }
        return ofFields(
                Math.max(0, cpus - other.cpus),
                Math.max(0, disk - other.disk),
                Math.max(0, gpus - other.gpus),
                Math.max(0, mem - other.mem),
                others.minus(other.others));
    }

    /**
     * Tells whether {@code other} is contained in this; never so if a name is of one kind here and of another there.
     */
    public boolean covers(Resources other) {
        return cpus >= other.cpus
                && disk >= other.disk
                && gpus >= other.gpus
                && mem >= other.mem
                && others.covers(other.others);
    }

    /** Tells whether something that exists once, a number of a range or an item of a set, is in both. */
    public boolean intersects(Resources other) {
        return others.intersects(other.others);
    }

    /**
     * Checks that both can be added up.
     *
     * @throws IllegalArgumentException if a name is of one kind here and of another there
     */
    void requireSameKinds(Resources other) {
        others.requireSameKinds(other.others);
    }

    /** Returns the scalars alone. */
    Resources scalarsOnly() {
        NamedValues amounts = others.amounts();
        return amounts.equals(others) ? this : ofFields(cpus, disk, gpus, mem, amounts);
    }

    /**
     * Tells whether there is as much of at least one scalar as {@code floor} has of it; what is not in it is not asked.
     */
    boolean reachesOneOf(Resources floor) {
        return (floor.cpus > 0 && cpus >= floor.cpus)
                || (floor.mem > 0 && mem >= floor.mem)
                || (floor.disk > 0 && disk >= floor.disk)
                || (floor.gpus > 0 && gpus >= floor.gpus)
                || (!floor.others.isEmpty() && others.reachesOneOf(floor.others));
    }

    /** Returns the scalars that are not one of the four fields. */
    NamedValues otherScalars() {
        return others.amounts();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Resources that
                        && cpus == that.cpus
                        && disk == that.disk
                        && gpus == that.gpus
                        && mem == that.mem
                        && others.equals(that.others));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            long scalars = ((cpus * 31 + disk) * 31 + gpus) * 31 + mem;
            known = 31 * Long.hashCode(scalars) + others.hashCode();
            hash = known;
        }
        return known;
    }

    /** Returns the amount as Mesos writes it: {@code cpus:0.5; mem:32; ports:[31000-31999]}, in order of names. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values().forEach((name, value) ->
                text.append(text.isEmpty() ? "" : "; ").append(name).append(':').append(value));
        return text.toString();
    }

    /** Returns everything by name, the four included: slow, for people and for what is not done often. */
    private Map<String, Value> values() {
        Map<String, Value> values = new TreeMap<>();
        Map<String, Long> fields = Map.of("cpus", cpus, "disk", disk, "gpus", gpus, "mem", mem);
        fields.forEach((name, thousandths) -> {
            if (thousandths > 0) {
                values.put(name, new Value.Amount(thousandths));
            }
        });
        others.forEach(values::put);
        return values;
    }

    private String shortage(Resources wanted) {
        Map<String, Value> mine = values();
        for (Map.Entry<String, Value> entry : wanted.values().entrySet()) {
            Value have = mine.get(entry.getKey());
            boolean enough =
                    have != null && have.getClass() == entry.getValue().getClass() && have.covers(entry.getValue());
            if (!enough) {
                return "not enough " + entry.getKey() + ": " + entry.getValue() + " wanted, "
                        + (have == null ? "none" : have) + " there";
            }
        }
        throw new IllegalStateException(this + " covers " + wanted);
    }

    private static long sum(String name, long one, long other) {
        try {
            return Math.addExact(one, other);
        } catch (ArithmeticException e) {
            throw tooLarge(name, e);
        }
    }

    static ArithmeticException tooLarge(String name, ArithmeticException cause) {
        ArithmeticException named =
                new ArithmeticException("resource " + name + ": the sum is above " + Long.MAX_VALUE + " thousandths");
        named.initCause(cause);
        return named;
    }

    /** Collects amounts; several of one name are added together. For one thread. */
    public static final class Builder {
        private long cpus;
        private long disk;
        private long gpus;
        private long mem;
        private final SortedMap<String, Long> scalars = new TreeMap<>();
        private final Map<String, List<Ranges.Range>> ranges = new HashMap<>();
        private final Map<String, SortedSet<String>> sets = new HashMap<>();

        Builder() {}

        /**
         * Adds {@code thousandths} of the scalar {@code name}.
         *
         * @throws IllegalArgumentException if {@code thousandths} is negative or {@code name} is no scalar
         * @throws ArithmeticException if the sum does not fit a {@code long}
         */
        public Builder scalar(String name, long thousandths) {
            Objects.requireNonNull(name, "name");
            if (thousandths < 0) {
                throw new IllegalArgumentException(
                        "scalar " + name + ": " + thousandths + " thousandths, must be 0 or more");
            }
            switch (name) {
                case "cpus" -> cpus = sum(name, cpus, thousandths);
                case "disk" -> disk = sum(name, disk, thousandths);
                case "gpus" -> gpus = sum(name, gpus, thousandths);
                case "mem" -> mem = sum(name, mem, thousandths);
                default -> {
                    requireKind(name, !ranges.containsKey(name) && !sets.containsKey(name), "SCALAR");
                    scalars.merge(name, thousandths, (one, other) -> sum(name, one, other));
                }
            }
            return this;
        }

        /**
         * Adds the range {@code begin} to {@code end}, both included.
         *
         * @throws IllegalArgumentException if {@link Ranges.Range} refuses the ends or {@code name} has no ranges
         */
        public Builder range(String name, long begin, long end) {
            Objects.requireNonNull(name, "name");
            requireKind(name, !isField(name) && !scalars.containsKey(name) && !sets.containsKey(name), "RANGES");
            Ranges.Range range = new Ranges.Range(begin, end);
            ranges.computeIfAbsent(name, key -> new ArrayList<>()).add(range);
            return this;
        }

        /**
         * Adds one item to the set {@code name}.
         *
         * @throws IllegalArgumentException if {@code name} is no set
         */
        public Builder item(String name, String item) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(item, "item");
            requireKind(name, !isField(name) && !scalars.containsKey(name) && !ranges.containsKey(name), "SET");
            sets.computeIfAbsent(name, key -> new TreeSet<>()).add(item);
            return this;
        }

        /** Returns what was added so far; the builder can go on. */
        public Resources build() {
            SortedMap<String, Value> others = new TreeMap<>();
            scalars.forEach((name, thousandths) -> {
                if (thousandths > 0) {
                    others.put(name, new Value.Amount(thousandths));
                }
            });
            ranges.forEach((name, list) -> others.put(name, new Value.Numbers(Ranges.of(list))));
            sets.forEach((name, items) ->
                    others.put(name, new Value.Items(Collections.unmodifiableSortedSet(new TreeSet<>(items)))));
            return ofFields(cpus, disk, gpus, mem, NamedValues.of(others));
        }

        private static boolean isField(String name) {
            return switch (name) {
                case "cpus", "disk", "gpus", "mem" -> true;
                default -> false;
            };
        }

        private static void requireKind(String name, boolean sameKind, String kind) {
            if (!sameKind) {
                throw new IllegalArgumentException(
                        "resource " + name + " is " + kind + " here and another kind before: one name has one kind");
            }
        }
    }
}
