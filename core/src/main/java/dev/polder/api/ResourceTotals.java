package dev.polder.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A sum of resources by name, as the classic endpoints show it: the four well-known scalars always, whatever else there is
 * after them. Reservations and allocations do not matter here. Owned by one thread.
 */
final class ResourceTotals {
    private long disk;
    private long mem;
    private long gpus;
    private long cpus;
    private final TreeMap<String, Long> scalars = new TreeMap<>();
    private final TreeMap<String, List<Value.Range>> ranges = new TreeMap<>();
    private final TreeMap<String, TreeSet<String>> sets = new TreeMap<>();

    static ResourceTotals of(List<Resource> resources) {
        ResourceTotals totals = new ResourceTotals();
        totals.add(resources);
        return totals;
    }

    void add(List<Resource> resources) {
        for (Resource resource : resources) {
            String name = resource.getName();
            switch (resource.getType()) {
                case SCALAR -> add(name, Math.round(resource.getScalar().getValue() * 1000));
                case RANGES ->
                    ranges.computeIfAbsent(name, any -> new ArrayList<>(1))
                            .addAll(resource.getRanges().getRangeList());
                case SET ->
                    sets.computeIfAbsent(name, any -> new TreeSet<>())
                            .addAll(resource.getSet().getItemList());
                case TEXT -> {} // no resource is a text
            }
        }
    }

    private void add(String name, long thousandths) {
        switch (name) {
            case "disk" -> disk = Math.addExact(disk, thousandths);
            case "mem" -> mem = Math.addExact(mem, thousandths);
            case "gpus" -> gpus = Math.addExact(gpus, thousandths);
            case "cpus" -> cpus = Math.addExact(cpus, thousandths);
            default -> scalars.merge(name, thousandths, Math::addExact);
        }
    }

    /** Returns the scalar in thousandths, 0 if there is none. */
    long scalar(String name) {
        return switch (name) {
            case "disk" -> disk;
            case "mem" -> mem;
            case "gpus" -> gpus;
            case "cpus" -> cpus;
            default -> scalars.getOrDefault(name, 0L);
        };
    }

    /** Writes the sum as one object. */
    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        ClassicJson.number(json, "disk", disk);
        ClassicJson.number(json, "mem", mem);
        ClassicJson.number(json, "gpus", gpus);
        ClassicJson.number(json, "cpus", cpus);
        for (Map.Entry<String, Long> scalar : scalars.entrySet()) {
            ClassicJson.number(json, scalar.getKey(), scalar.getValue().longValue());
        }
        for (Map.Entry<String, List<Value.Range>> range : ranges.entrySet()) {
            json.writeStringField(range.getKey(), rangesText(range.getValue()));
        }
        for (Map.Entry<String, TreeSet<String>> set : sets.entrySet()) {
            json.writeStringField(set.getKey(), setText(set.getValue()));
        }
        json.writeEndObject();
    }

    /** Writes thousandths as a decimal number that always has a fraction: 4.0, 0.125. */
    static String decimal(long thousandths) {
        long rest = Math.abs(thousandths % 1000);
        String whole = (thousandths < 0 && thousandths > -1000 ? "-" : "") + thousandths / 1000;
        if (rest % 100 == 0) {
            return whole + "." + rest / 100;
        }
        String digits = Long.toString(1000 + rest).substring(1);
        return whole + "." + (rest % 10 == 0 ? digits.substring(0, 2) : digits);
    }

    /** Writes ranges in ascending order, overlapping and adjacent ones joined: {@code [1-4, 7-7]}. */
    static String rangesText(List<Value.Range> unordered) {
        List<Value.Range> ordered = new ArrayList<>(unordered);
        ordered.sort(Comparator.comparingLong(Value.Range::getBegin));
        StringBuilder text = new StringBuilder("[");
        long begin = 0;
        long end = -1;
        for (Value.Range range : ordered) {
            if (end >= begin && range.getBegin() <= end + 1) {
                end = Math.max(end, range.getEnd());
            } else {
                appendRange(text, begin, end);
                begin = range.getBegin();
                end = range.getEnd();
            }
        }
        appendRange(text, begin, end);
        return text.append(']').toString();
    }

    static String setText(Iterable<String> items) {
        return "{" + String.join(", ", items) + "}";
    }

    private static void appendRange(StringBuilder text, long begin, long end) {
        if (end >= begin) {
            text.append(text.length() > 1 ? ", " : "").append(begin).append('-').append(end);
        }
    }
}
