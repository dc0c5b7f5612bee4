package dev.polder.offer.resource;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The most there may be of some scalars, in thousandths. A name that is absent has no limit; a limit of 0 allows
 * nothing. Immutable, safe for all threads.
 */
public final class Limits {
    /** No limit on anything. */
    public static final Limits NONE = new Limits(Collections.emptySortedMap());

    private final SortedMap<String, Long> limits;

    private Limits(SortedMap<String, Long> limits) {
        this.limits = limits;
    }

    /**
     * Returns these limits, in thousandths.
     *
     * @throws IllegalArgumentException if one is negative, or a name is empty
     */
    public static Limits of(Map<String, Long> thousandths) {
        thousandths.forEach((name, limit) -> {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("limit '': the name is empty");
            }
            if (limit < 0) {
                throw new IllegalArgumentException("limit " + name + ": " + limit + " thousandths, must be 0 or more");
            }
        });
        return thousandths.isEmpty() ? NONE : new Limits(Collections.unmodifiableSortedMap(new TreeMap<>(thousandths)));
    }

    /** Returns the limit on {@code name} in thousandths, none if there is no limit. */
    public OptionalLong of(String name) {
        Long limit = limits.get(name);
        return limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
    }

    /** Returns the limit on {@code name} in thousandths, {@code Long.MAX_VALUE} if there is none. */
    public long limit(String name) {
        return limits.isEmpty() ? Long.MAX_VALUE : limits.getOrDefault(name, Long.MAX_VALUE);
    }

    /** Tells whether nothing is limited. */
    public boolean isNone() {
        return limits.isEmpty();
    }

    /** Returns the limits by name, in thousandths, in ascending order; unmodifiable. */
    public SortedMap<String, Long> asMap() {
        return limits;
    }

    /** Tells whether there may be as much as this: no quantity is above its limit. */
    public boolean allow(Quantities quantities) {
        for (Map.Entry<String, Long> limit : limits.entrySet()) {
            if (quantities.of(limit.getKey()) > limit.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether the other limits are at least as tight on everything that is limited here. */
    public boolean covers(Limits other) {
        for (Map.Entry<String, Long> limit : limits.entrySet()) {
            Long theirs = other.limits.get(limit.getKey());
            if (theirs == null || theirs > limit.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** Returns what may still be added when there is as much as this already; 0 where a limit is reached or passed. */
    public Limits minusSaturating(Quantities quantities) {
        SortedMap<String, Long> rest = new TreeMap<>();
        limits.forEach((name, limit) -> rest.put(name, Math.max(0, limit - quantities.of(name))));
        return of(rest);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Limits that && limits.equals(that.limits));
    }

    @Override
    public int hashCode() {
        return limits.hashCode();
    }

    /** Returns the limits in order of names, {@code cpus:8; mem:0}; {@code {}} if there are none. */
    @Override
    public String toString() {
        return isNone()
                ? "{}"
                : String.join(
                        "; ",
                        limits.entrySet().stream()
                                .map(entry -> entry.getKey() + ":" + Thousandths.text(entry.getValue()))
                                .toList());
    }
}
