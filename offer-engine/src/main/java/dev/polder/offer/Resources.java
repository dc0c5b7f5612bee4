package dev.polder.offer;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * An amount of resources: named scalars, ranges and sets. Immutable; equal when they hold the same amounts.
 *
 * <p>A scalar is a whole number of thousandths (of a CPU, of a MiB); an amount of zero is the same as absence. One name
 * has one kind.
 */
public final class Resources {
    /** Nothing at all. */
    public static final Resources EMPTY = builder().build();

    private Resources() {}

    /** Returns a builder that starts from nothing. */
    public static Builder builder() {
        throw new UnsupportedOperationException();
    }

    /** Returns the scalar {@code name} in thousandths, 0 if there is none. */
    public long scalar(String name) {
        throw new UnsupportedOperationException();
    }

    /** Returns the ranges of {@code name}, empty if there are none. */
    public Ranges ranges(String name) {
        throw new UnsupportedOperationException();
    }

    /** Returns the items of the set {@code name}, empty if there are none. */
    public Set<String> items(String name) {
        throw new UnsupportedOperationException();
    }

    /** Returns all scalars in thousandths, by name; unmodifiable. */
    public SortedMap<String, Long> scalars() {
        throw new UnsupportedOperationException();
    }

    /** Returns all ranges by name; unmodifiable. */
    public SortedMap<String, Ranges> ranges() {
        throw new UnsupportedOperationException();
    }

    /** Returns all sets by name; unmodifiable. */
    public SortedMap<String, Set<String>> sets() {
        throw new UnsupportedOperationException();
    }

    public boolean isEmpty() {
        throw new UnsupportedOperationException();
    }

    /** Returns both amounts together. */
    public Resources plus(Resources other) {
        throw new UnsupportedOperationException();
    }

    /**
     * Returns this without {@code other}.
     *
     * @throws IllegalArgumentException if this does not cover {@code other}; names the first resource that is short
     */
    public Resources minus(Resources other) {
        throw new UnsupportedOperationException();
    }

    /** Returns what is left of this when {@code other} is taken away as far as it is there; never fails. */
    public Resources minusSaturating(Resources other) {
        throw new UnsupportedOperationException();
    }

    /** Tells whether {@code other} is contained in this. */
    public boolean covers(Resources other) {
        throw new UnsupportedOperationException();
    }

    /** Returns the amount as Mesos writes it: {@code cpus:0.5; mem:32; ports:[31000-31999]}, in order of names. */
    @Override
    public String toString() {
        throw new UnsupportedOperationException();
    }

    /** Collects amounts; several of one name are added together. */
    public static final class Builder {
        Builder() {}

        /** Adds {@code thousandths} of the scalar {@code name}; not negative. */
        public Builder scalar(String name, long thousandths) {
            throw new UnsupportedOperationException();
        }

        /** Adds the range {@code begin} to {@code end}, both included. */
        public Builder range(String name, long begin, long end) {
            throw new UnsupportedOperationException();
        }

        /** Adds one item to the set {@code name}. */
        public Builder item(String name, String item) {
            throw new UnsupportedOperationException();
        }

        public Resources build() {
            throw new UnsupportedOperationException();
        }
    }

    /** Returns scalars only, for tests and short programs: {@code of(Map.of("cpus", 500L))}. */
    public static Resources ofScalars(Map<String, Long> thousandths) {
        throw new UnsupportedOperationException();
    }
}
