package dev.polder.offer.resource;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The naive twin of {@link Resources}: maps of numbers, of counted copies, and sets of single ports. Immutable by good
 * manners.
 *
 * @param parts of what can be divided, how much there is in thousandths
 * @param wholes of what cannot, how many copies there are of each size
 */
public record Amount(
        Map<ResourceId, Long> parts,
        Map<Whole, Long> wholes,
        Map<ResourceId, Set<Long>> numbers,
        Map<ResourceId, Set<String>> items) {
    public static final Amount NOTHING = new Amount(Map.of(), Map.of(), Map.of(), Map.of());

    /** Something of one size that cannot be divided. */
    public record Whole(ResourceId id, long size) implements Comparable<Whole> {
        @Override
        public int compareTo(Whole other) {
            int byId = id.compareTo(other.id);
            return byId != 0 ? byId : Long.compare(size, other.size);
        }
    }

    public static Amount of(Resources resources) {
        Map<ResourceId, Long> parts = new TreeMap<>();
        Map<Whole, Long> wholes = new TreeMap<>();
        Map<ResourceId, Set<Long>> numbers = new TreeMap<>();
        Map<ResourceId, Set<String>> items = new TreeMap<>();
        resources.forEach((id, value) -> {
            if (value instanceof Value.Amount amount && id.isDivisible()) {
                parts.put(id, amount.thousandths());
            } else if (value instanceof Value.Amount amount) {
                wholes.put(new Whole(id, amount.thousandths()), amount.copies());
            } else if (value instanceof Value.Numbers ranges) {
                numbers.put(id, each(ranges.ranges()));
            } else if (value instanceof Value.Items set) {
                items.put(id, new TreeSet<>(set.items()));
            }
        });
        return new Amount(parts, wholes, numbers, items);
    }

    private static Set<Long> each(Ranges ranges) {
        Set<Long> each = new TreeSet<>();
        ranges.ranges().forEach(range -> {
            for (long number = range.begin(); number <= range.end(); number++) {
                each.add(number);
            }
        });
        return each;
    }

    public Resources toResources() {
        return toResources(id -> id);
    }

    /** With ids that are changed, such as by an interner or into copies of themselves. */
    public Resources toResources(UnaryOperator<ResourceId> change) {
        ResourcesBuilder builder = Resources.builder();
        parts.forEach((id, thousandths) -> builder.add(change.apply(id), new Value.Amount(thousandths)));
        wholes.forEach(
                (whole, copies) -> builder.add(change.apply(whole.id()), new Value.Amount(whole.size(), copies)));
        numbers.forEach((id, each) ->
                each.forEach(number -> builder.add(change.apply(id), new Value.Numbers(Ranges.of(number, number)))));
        items.forEach((id, each) -> builder.add(change.apply(id), new Value.Items(new TreeSet<>(each))));
        return builder.build();
    }

    public boolean isNothing() {
        return equals(NOTHING);
    }

    public Amount plus(Amount other) {
        return new Amount(
                sum(parts, other.parts),
                sum(wholes, other.wholes),
                union(numbers, other.numbers),
                union(items, other.items));
    }

    /** What is left when the other is taken away as far as it is there. */
    public Amount minus(Amount other) {
        return new Amount(
                rest(parts, other.parts),
                rest(wholes, other.wholes),
                without(numbers, other.numbers),
                without(items, other.items));
    }

    /** What is in both. */
    public Amount and(Amount other) {
        return minus(minus(other));
    }

    public boolean covers(Amount other) {
        return other.minus(this).isNothing();
    }

    /** Whether a number or an item of one name is in both, reserved or not. */
    public boolean intersects(Amount other) {
        return meets(numbers, other.numbers) || meets(items, other.items);
    }

    /** How much there is of each scalar by name; of what is shared, one copy. */
    public Map<String, Long> scalars() {
        Map<String, Long> scalars = new TreeMap<>();
        parts.forEach((id, value) -> scalars.merge(id.name(), value, Long::sum));
        wholes.forEach((whole, copies) ->
                scalars.merge(whole.id().name(), whole.size() * (whole.id().isShared() ? 1 : copies), Long::sum));
        return scalars;
    }

    public long scalar(String name) {
        return scalars().getOrDefault(name, 0L);
    }

    /** The same amounts of other resources. */
    public Amount withIds(UnaryOperator<ResourceId> change) {
        Amount[] all = {NOTHING};
        parts.forEach((id, value) -> all[0] = all[0].plus(part(change.apply(id), value)));
        wholes.forEach((whole, copies) -> {
            ResourceId id = change.apply(whole.id());
            all[0] = all[0].plus(
                    id.isDivisible()
                            ? part(id, whole.size() * (whole.id().isShared() ? 1 : copies))
                            : new Amount(Map.of(), Map.of(new Whole(id, whole.size()), copies), Map.of(), Map.of()));
        });
        numbers.forEach((id, each) ->
                all[0] = all[0].plus(new Amount(Map.of(), Map.of(), Map.of(change.apply(id), each), Map.of())));
        items.forEach((id, each) ->
                all[0] = all[0].plus(new Amount(Map.of(), Map.of(), Map.of(), Map.of(change.apply(id), each))));
        return all[0];
    }

    private static Amount part(ResourceId id, long value) {
        return new Amount(Map.of(id, value), Map.of(), Map.of(), Map.of());
    }

    private static <K> Map<K, Long> sum(Map<K, Long> one, Map<K, Long> other) {
        Map<K, Long> sums = new TreeMap<>(one);
        other.forEach((key, value) -> sums.merge(key, value, Long::sum));
        return sums;
    }

    private static <K> Map<K, Long> rest(Map<K, Long> one, Map<K, Long> other) {
        Map<K, Long> rest = new TreeMap<>();
        one.forEach((key, value) -> {
            long left = value - other.getOrDefault(key, 0L);
            if (left > 0) {
                rest.put(key, left);
            }
        });
        return rest;
    }

    private static <K, T> Map<K, Set<T>> union(Map<K, Set<T>> one, Map<K, Set<T>> other) {
        Map<K, Set<T>> all = new TreeMap<>(one);
        other.forEach((key, each) -> {
            Set<T> both = new TreeSet<>(all.getOrDefault(key, Set.of()));
            both.addAll(each);
            all.put(key, both);
        });
        return all;
    }

    private static <K, T> Map<K, Set<T>> without(Map<K, Set<T>> one, Map<K, Set<T>> other) {
        Map<K, Set<T>> rest = new TreeMap<>();
        one.forEach((key, each) -> {
            Set<T> left = new TreeSet<>(each);
            left.removeAll(other.getOrDefault(key, Set.of()));
            if (!left.isEmpty()) {
                rest.put(key, left);
            }
        });
        return rest;
    }

    private static <T> boolean meets(Map<ResourceId, Set<T>> one, Map<ResourceId, Set<T>> other) {
        return one.entrySet().stream()
                .anyMatch(mine -> other.entrySet().stream()
                        .filter(theirs ->
                                theirs.getKey().name().equals(mine.getKey().name()))
                        .anyMatch(theirs -> mine.getValue().stream().anyMatch(theirs.getValue()::contains)));
    }
}
