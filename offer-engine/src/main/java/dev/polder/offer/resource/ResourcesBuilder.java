package dev.polder.offer.resource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/** Collects amounts; several of one id are added together. For one thread. */
public final class ResourcesBuilder {
    private long cpus;
    private long disk;
    private long gpus;
    private long mem;
    private final Map<String, ResourceKind> kinds = new HashMap<>();
    private final List<Entries.Entry> entries = new ArrayList<>();
    private final Map<ResourceId, List<Ranges.Range>> ranges = new HashMap<>();
    private final Map<ResourceId, SortedSet<String>> sets = new HashMap<>();

    ResourcesBuilder() {}

    /**
     * Adds {@code thousandths} of the plain scalar {@code name}.
     *
     * @throws IllegalArgumentException if {@code thousandths} is negative or {@code name} is no scalar
     * @throws ArithmeticException if the sum does not fit a {@code long}
     */
    public ResourcesBuilder scalar(String name, long thousandths) {
        if (thousandths < 0) {
            throw new IllegalArgumentException(
                    "scalar " + name + ": " + thousandths + " thousandths, must be 0 or more");
        }
        ResourceId id = requireKind(ResourceId.scalar(name));
        return thousandths == 0 ? this : add(id, new Value.Amount(thousandths));
    }

    /**
     * Adds the plain range {@code begin} to {@code end}, both included.
     *
     * @throws IllegalArgumentException if {@link Ranges.Range} refuses the ends or {@code name} has no ranges
     */
    public ResourcesBuilder range(String name, long begin, long end) {
        Ranges.Range range = new Ranges.Range(begin, end);
        ResourceId id = requireKind(ResourceId.of(name, ResourceKind.RANGES));
        ranges.computeIfAbsent(id, key -> new ArrayList<>()).add(range);
        return this;
    }

    /**
     * Adds one item to the plain set {@code name}.
     *
     * @throws IllegalArgumentException if {@code name} is no set
     */
    public ResourcesBuilder item(String name, String item) {
        Objects.requireNonNull(item, "item");
        ResourceId id = requireKind(ResourceId.of(name, ResourceKind.SET));
        sets.computeIfAbsent(id, key -> new TreeSet<>()).add(item);
        return this;
    }

    /**
     * Adds a value of any resource.
     *
     * @throws IllegalArgumentException if the value is not of the id's kind, or the name is of another kind already
     * @throws ArithmeticException if the sum does not fit a {@code long}
     */
    public ResourcesBuilder add(ResourceId id, Value value) {
        if (value.kind() != id.kind()) {
            throw new IllegalArgumentException(
                    "resource " + id + " is " + id.kind() + ", but its value " + value + " is " + value.kind());
        }
        requireKind(id);
        if (!id.isField()) {
            entries.add(new Entries.Entry(id, Value.requireWhole(id, value)));
            return this;
        }
        long thousandths = ((Value.Amount) Value.requireWhole(id, value)).thousandths();
        switch (id.name()) {
            case "cpus" -> cpus = Thousandths.sum("cpus", cpus, thousandths);
            case "disk" -> disk = Thousandths.sum("disk", disk, thousandths);
            case "gpus" -> gpus = Thousandths.sum("gpus", gpus, thousandths);
            default -> mem = Thousandths.sum("mem", mem, thousandths);
        }
        return this;
    }

    /** Adds all of another amount. */
    public ResourcesBuilder add(Resources other) {
        other.forEach(this::add);
        return this;
    }

    /** Returns what was added so far; the builder can go on. */
    public Resources build() {
        List<Entries.Entry> all = new ArrayList<>(entries);
        ranges.forEach((id, list) -> all.add(new Entries.Entry(id, new Value.Numbers(Ranges.of(list)))));
        sets.forEach((id, items) -> all.add(new Entries.Entry(id, new Value.Items(items))));
        return Resources.ofFields(cpus, disk, gpus, mem, Entries.of(all));
    }

    private ResourceId requireKind(ResourceId id) {
        ResourceKind before = id.isField() ? id.kind() : kinds.putIfAbsent(id.name(), id.kind());
        if (before != null && before != id.kind()) {
            throw new IllegalArgumentException("resource " + id.name() + " is " + id.kind() + " here and " + before
                    + " before: one name has one kind");
        }
        return id;
    }
}
