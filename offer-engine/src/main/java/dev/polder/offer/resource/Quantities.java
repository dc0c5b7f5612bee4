package dev.polder.offer.resource;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Scalars by name, in thousandths, whatever else there is to say of them: what is counted in shares, guarantees and
 * minimums. Immutable, safe for all threads; none is negative, and 0 is the same as absence.
 */
public final class Quantities {
    /** Nothing at all. */
    public static final Quantities EMPTY = new Quantities(0, 0, 0, 0, Collections.emptySortedMap());

    private final long cpus;
    private final long disk;
    private final long gpus;
    private final long mem;

    /** Those that are not one of the four; each 1 or more, never changed. */
    private final SortedMap<String, Long> others;

    private Quantities(long cpus, long disk, long gpus, long mem, SortedMap<String, Long> others) {
        this.cpus = cpus;
        this.disk = disk;
        this.gpus = gpus;
        this.mem = mem;
        this.others = others;
    }

    private static Quantities ofFields(long cpus, long disk, long gpus, long mem, SortedMap<String, Long> others) {
        return (cpus | disk | gpus | mem) == 0 && others.isEmpty()
                ? EMPTY
                : new Quantities(cpus, disk, gpus, mem, others);
    }

    /** Returns a builder that starts from nothing. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns quantities of the four common scalars.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public static Quantities ofPlain(long cpus, long disk, long gpus, long mem) {
        if ((cpus | disk | gpus | mem) < 0) {
            throw new IllegalArgumentException("cpus " + cpus + ", disk " + disk + ", gpus " + gpus + ", mem " + mem
                    + " thousandths: must all be 0 or more");
        }
        return ofFields(cpus, disk, gpus, mem, Collections.emptySortedMap());
    }

    /**
     * Returns these quantities, for tests and short programs: {@code of(Map.of("cpus", 500L))}.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public static Quantities of(Map<String, Long> thousandths) {
        Builder builder = builder();
        thousandths.forEach(builder::add);
        return builder.build();
    }

    /** Returns how much there is of {@code name}, in thousandths; 0 if nothing. */
    public long of(String name) {
        return switch (name) {
            case "cpus" -> cpus;
            case "disk" -> disk;
            case "gpus" -> gpus;
            case "mem" -> mem;
            default -> others.isEmpty() ? 0 : others.getOrDefault(name, 0L);
        };
    }

    /** Tells whether there is nothing but the four common scalars. */
    public boolean isPlain() {
        return others.isEmpty();
    }

    /** Returns how much there is of {@code cpus}, in thousandths. */
    public long cpus() {
        return cpus;
    }

    /** Returns how much there is of {@code disk}, in thousandths of a MiB. */
    public long disk() {
        return disk;
    }

    /** Returns how much there is of {@code gpus}, in thousandths. */
    public long gpus() {
        return gpus;
    }

    /** Returns how much there is of {@code mem}, in thousandths of a MiB. */
    public long mem() {
        return mem;
    }

    /** Returns the names of which there is something, in ascending order; unmodifiable. */
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(asMap().keySet()));
    }

    /** Returns everything by name, in thousandths, in ascending order; unmodifiable. */
    public SortedMap<String, Long> asMap() {
        SortedMap<String, Long> all = new TreeMap<>(others);
        putUnlessZero(all, "cpus", cpus);
        putUnlessZero(all, "disk", disk);
        putUnlessZero(all, "gpus", gpus);
        putUnlessZero(all, "mem", mem);
        return Collections.unmodifiableSortedMap(all);
    }

    private static void putUnlessZero(Map<String, Long> all, String name, long thousandths) {
        if (thousandths > 0) {
            all.put(name, thousandths);
        }
    }

    /** Tells whether this is nothing at all. */
    public boolean isEmpty() {
        return (cpus | disk | gpus | mem) == 0 && others.isEmpty();
    }

    /**
     * Returns both together.
     *
     * @throws ArithmeticException if one does not fit a {@code long}; names it
     */
    public Quantities plus(Quantities other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        return ofFields(
                Thousandths.sum("cpus", cpus, other.cpus),
                Thousandths.sum("disk", disk, other.disk),
                Thousandths.sum("gpus", gpus, other.gpus),
                Thousandths.sum("mem", mem, other.mem),
                sumOfOthers(other));
    }

    private SortedMap<String, Long> sumOfOthers(Quantities other) {
        if (other.others.isEmpty()) {
            return others;
        }
        if (others.isEmpty()) {
            return other.others;
        }
        SortedMap<String, Long> sum = new TreeMap<>(others);
        other.others.forEach((name, more) -> sum.merge(name, more, (a, b) -> Thousandths.sum(name, a, b)));
        return sum;
    }

    /**
     * Returns so many times this.
     *
     * @throws ArithmeticException if one does not fit a {@code long}
     */
    public Quantities times(long count) {
        SortedMap<String, Long> all = new TreeMap<>(asMap());
        all.replaceAll((name, each) -> Math.multiplyExact(each, count));
        return of(all);
    }

    /**
     * Returns this without {@code other}.
     *
     * @throws IllegalArgumentException if this does not cover {@code other}; names the first that is short
     */
    public Quantities minus(Quantities other) {
        other.asMap().forEach((name, wanted) -> {
            if (of(name) < wanted) {
                throw new IllegalArgumentException("not enough " + name + ": " + Thousandths.text(wanted) + " wanted, "
                        + Thousandths.text(of(name)) + " there");
            }
        });
        return minusSaturating(other);
    }

    /** Returns what is left of this when {@code other} is taken away as far as it is there. */
    public Quantities minusSaturating(Quantities other) {
        if (other.isEmpty()) {
            return this;
        }
        return ofFields(
                Math.max(0, cpus - other.cpus),
                Math.max(0, disk - other.disk),
                Math.max(0, gpus - other.gpus),
                Math.max(0, mem - other.mem),
                restOfOthers(other));
    }

    private SortedMap<String, Long> restOfOthers(Quantities other) {
        if (others.isEmpty() || other.others.isEmpty()) {
            return others;
        }
        SortedMap<String, Long> rest = new TreeMap<>();
        others.forEach((name, amount) -> putUnlessZero(rest, name, amount - other.of(name)));
        return rest;
    }

    /** Tells whether there is at least as much here of everything that is there. */
    public boolean covers(Quantities other) {
        if (cpus < other.cpus || disk < other.disk || gpus < other.gpus || mem < other.mem) {
            return false;
        }
        for (Map.Entry<String, Long> entry : other.others.entrySet()) {
            if (of(entry.getKey()) < entry.getValue()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Quantities that
                        && cpus == that.cpus
                        && disk == that.disk
                        && gpus == that.gpus
                        && mem == that.mem
                        && others.equals(that.others));
    }

    @Override
    public int hashCode() {
        return Objects.hash(cpus, disk, gpus, mem, others);
    }

    /** Returns the quantities as Mesos writes them: {@code cpus:0.5; mem:32}, in order of names; {@code {}} if none. */
    @Override
    public String toString() {
        return isEmpty()
                ? "{}"
                : String.join(
                        "; ",
                        asMap().entrySet().stream()
                                .map(entry -> entry.getKey() + ":" + Thousandths.text(entry.getValue()))
                                .toList());
    }

    /** Collects quantities; several of one name are added together. For one thread. */
    public static final class Builder {
        private long cpus;
        private long disk;
        private long gpus;
        private long mem;
        private final SortedMap<String, Long> others = new TreeMap<>();

        Builder() {}

        /**
         * Adds {@code thousandths} of {@code name}.
         *
         * @throws IllegalArgumentException if that is negative, or the name is empty
         * @throws ArithmeticException if the sum does not fit a {@code long}
         */
        public Builder add(String name, long thousandths) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("quantity '': the name is empty");
            }
            if (thousandths < 0) {
                throw new IllegalArgumentException(
                        "quantity " + name + ": " + thousandths + " thousandths, must be 0 or more");
            }
            switch (name) {
                case "cpus" -> cpus = Thousandths.sum(name, cpus, thousandths);
                case "disk" -> disk = Thousandths.sum(name, disk, thousandths);
                case "gpus" -> gpus = Thousandths.sum(name, gpus, thousandths);
                case "mem" -> mem = Thousandths.sum(name, mem, thousandths);
                default ->
                    putUnlessZero(others, name, Thousandths.sum(name, others.getOrDefault(name, 0L), thousandths));
            }
            return this;
        }

        /** Returns what was added so far; the builder can go on. */
        public Quantities build() {
            return ofFields(cpus, disk, gpus, mem, others.isEmpty() ? EMPTY.others : new TreeMap<>(others));
        }
    }
}
