package dev.polder.wire;

import dev.polder.offer.resource.Ranges;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns the protocol's resources into exact amounts and back. Scalars are rounded to thousandths, as Mesos does.
 */
public final class ResourceCodec {
    /** The largest scalar that is accepted; a million machines of a million CPUs each. */
    private static final double SCALAR_MAX = 1e12;

    private ResourceCodec() {}

    /**
     * Returns the amounts of plain resources: unreserved, neither revocable nor shared, of no provider and no volume.
     *
     * @throws IllegalArgumentException if one is not plain or not valid; the message names resource, value and rule
     */
    public static Resources amounts(List<Resource> resources) {
        ResourcesBuilder amounts = Resources.builder();
        for (Resource resource : resources) {
            requirePlain(resource);
            add(amounts, resource);
        }
        return amounts.build();
    }

    private static void requirePlain(Resource resource) {
        String name = resource.getName();
        if (name.isEmpty()) {
            throw new IllegalArgumentException("resource '': the name is empty");
        }
        if (resource.getReservationsCount() > 0
                || resource.hasReservation()
                || !resource.getRole().equals("*")) {
            throw new IllegalArgumentException("resource '" + name + "': reserved, but nothing here is reserved");
        }
        if (resource.hasRevocable()) {
            throw new IllegalArgumentException("resource '" + name + "': revocable, but nothing here is revocable");
        }
        if (resource.hasShared() || resource.hasDisk() || resource.hasProviderId()) {
            throw new IllegalArgumentException(
                    "resource '" + name + "': shared, a volume or a provider's, but there are no such resources here");
        }
    }

    private static void add(ResourcesBuilder amounts, Resource resource) {
        switch (resource.getType()) {
            case SCALAR -> addScalar(amounts, resource);
            case RANGES -> addRanges(amounts, resource);
            case SET -> addItems(amounts, resource);
            default ->
                throw new IllegalArgumentException("resource '" + resource.getName() + "': type " + resource.getType()
                        + " is none of SCALAR, RANGES, SET");
        }
    }

    private static void addScalar(ResourcesBuilder amounts, Resource resource) {
        String name = resource.getName();
        if (!resource.hasScalar() || resource.hasRanges() || resource.hasSet()) {
            throw new IllegalArgumentException("resource '" + name + "': type SCALAR needs 'scalar' and nothing else");
        }
        double value = resource.getScalar().getValue();
        if (!(value >= 0 && value <= SCALAR_MAX)) {
            throw new IllegalArgumentException(
                    "resource '" + name + "': " + value + " is not between 0 and " + SCALAR_MAX);
        }
        long thousandths = Math.round(value * 1000);
        if (thousandths == 0 && value > 0) {
            throw new IllegalArgumentException("resource '" + name + "': " + value + " is less than 0.001");
        }
        if (name.equals("gpus") && thousandths % 1000 != 0) {
            throw new IllegalArgumentException("resource 'gpus': " + value + " is not a whole number");
        }
        amounts.scalar(name, thousandths);
    }

    private static void addRanges(ResourcesBuilder amounts, Resource resource) {
        String name = resource.getName();
        if (!resource.hasRanges() || resource.hasScalar() || resource.hasSet()) {
            throw new IllegalArgumentException("resource '" + name + "': type RANGES needs 'ranges' and nothing else");
        }
        List<Value.Range> sorted = new ArrayList<>(resource.getRanges().getRangeList());
        sorted.sort((a, b) -> Long.compare(a.getBegin(), b.getBegin()));
        long lastEnd = -1;
        for (Value.Range range : sorted) {
            if (range.getBegin() < 0 || range.getBegin() > range.getEnd()) {
                throw new IllegalArgumentException("resource '" + name + "': range " + range.getBegin() + "-"
                        + range.getEnd() + " does not begin at or before its end");
            }
            if (range.getBegin() <= lastEnd) {
                throw new IllegalArgumentException("resource '" + name + "': range " + range.getBegin() + "-"
                        + range.getEnd() + " overlaps another");
            }
            lastEnd = range.getEnd();
            amounts.range(name, range.getBegin(), range.getEnd());
        }
    }

    private static void addItems(ResourcesBuilder amounts, Resource resource) {
        String name = resource.getName();
        if (!resource.hasSet() || resource.hasScalar() || resource.hasRanges()) {
            throw new IllegalArgumentException("resource '" + name + "': type SET needs 'set' and nothing else");
        }
        Set<String> seen = new HashSet<>();
        for (String item : resource.getSet().getItemList()) {
            if (!seen.add(item)) {
                throw new IllegalArgumentException("resource '" + name + "': item '" + item + "' stands twice");
            }
            amounts.item(name, item);
        }
    }

    /** Returns the amounts as unreserved resources that are allocated to nobody. */
    public static List<Resource> resources(Resources amounts) {
        List<Resource> resources = new ArrayList<>();
        for (Map.Entry<String, Long> scalar : amounts.scalars().entrySet()) {
            resources.add(named(scalar.getKey(), Value.Type.SCALAR)
                    .setScalar(Value.Scalar.newBuilder().setValue(scalar.getValue() / 1000.0))
                    .build());
        }
        for (Map.Entry<String, Ranges> ranges : amounts.ranges().entrySet()) {
            Value.Ranges.Builder list = Value.Ranges.newBuilder();
            for (Ranges.Range range : ranges.getValue().ranges()) {
                list.addRange(Value.Range.newBuilder().setBegin(range.begin()).setEnd(range.end()));
            }
            resources.add(
                    named(ranges.getKey(), Value.Type.RANGES).setRanges(list).build());
        }
        for (Map.Entry<String, Set<String>> set : amounts.sets().entrySet()) {
            resources.add(named(set.getKey(), Value.Type.SET)
                    .setSet(Value.Set.newBuilder().addAllItem(set.getValue()))
                    .build());
        }
        return resources;
    }

    /** Returns the amounts as unreserved resources that are allocated to a role. */
    public static List<Resource> resources(Resources amounts, String allocatedTo) {
        Mesos.Resource.AllocationInfo allocation =
                Mesos.Resource.AllocationInfo.newBuilder().setRole(allocatedTo).build();
        return resources(amounts).stream()
                .map(resource ->
                        resource.toBuilder().setAllocationInfo(allocation).build())
                .toList();
    }

    private static Resource.Builder named(String name, Value.Type type) {
        return Resource.newBuilder().setName(name).setType(type).setRole("*");
    }
}
