package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The naive twin of {@link Resources}: maps of numbers and sets of single ports. Immutable by good manners. */
record Amount(Map<String, Long> scalars, Map<String, Set<Long>> numbers, Map<String, Set<String>> items) {
    static final Amount NOTHING = new Amount(Map.of(), Map.of(), Map.of());

    static Amount of(Resources resources) {
        Map<String, Set<Long>> numbers = new TreeMap<>();
        resources.ranges().forEach((name, ranges) -> {
            Set<Long> each = new TreeSet<>();
            ranges.ranges().forEach(range -> {
                for (long number = range.begin(); number <= range.end(); number++) {
                    each.add(number);
                }
            });
            numbers.put(name, each);
        });
        return new Amount(new TreeMap<>(resources.scalars()), numbers, new TreeMap<>(resources.sets()));
    }

    Resources toResources() {
        ResourcesBuilder builder = Resources.builder();
        scalars.forEach(builder::scalar);
        numbers.forEach((name, each) -> each.forEach(number -> builder.range(name, number, number)));
        items.forEach((name, each) -> each.forEach(item -> builder.item(name, item)));
        return builder.build();
    }

    boolean isNothing() {
        return equals(NOTHING);
    }

    Amount plus(Amount other) {
        Map<String, Long> sums = new TreeMap<>(scalars);
        other.scalars.forEach((name, value) -> sums.merge(name, value, Long::sum));
        return new Amount(sums, union(numbers, other.numbers), union(items, other.items));
    }

    /** What is left when the other is taken away as far as it is there. */
    Amount minus(Amount other) {
        Map<String, Long> rest = new TreeMap<>();
        scalars.forEach((name, value) -> {
            long left = value - other.scalars.getOrDefault(name, 0L);
            if (left > 0) {
                rest.put(name, left);
            }
        });
        return new Amount(rest, without(numbers, other.numbers), without(items, other.items));
    }

    /** What is in both. */
    Amount and(Amount other) {
        return minus(minus(other));
    }

    boolean covers(Amount other) {
        return other.minus(this).isNothing();
    }

    /** Whether a number or an item is in both. */
    boolean intersects(Amount other) {
        Amount both = and(other);
        return !both.numbers.isEmpty() || !both.items.isEmpty();
    }

    long scalar(String name) {
        return scalars.getOrDefault(name, 0L);
    }

    private static <T> Map<String, Set<T>> union(Map<String, Set<T>> one, Map<String, Set<T>> other) {
        Map<String, Set<T>> all = new TreeMap<>(one);
        other.forEach((name, each) -> {
            Set<T> both = new TreeSet<>(all.getOrDefault(name, Set.of()));
            both.addAll(each);
            all.put(name, both);
        });
        return all;
    }

    private static <T> Map<String, Set<T>> without(Map<String, Set<T>> one, Map<String, Set<T>> other) {
        Map<String, Set<T>> rest = new TreeMap<>();
        one.forEach((name, each) -> {
            Set<T> left = new TreeSet<>(each);
            left.removeAll(other.getOrDefault(name, Set.of()));
            if (!left.isEmpty()) {
                rest.put(name, left);
            }
        });
        return rest;
    }
}
