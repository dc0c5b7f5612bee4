package dev.polder.agent;

import dev.polder.wire.proto.Mesos.Attribute;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.Value;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a machine has to offer: given in Mesos's text form, and found out where it is not given. Of memory and disk a part
 * is left to the system, as Mesos leaves it: 1 GiB of memory and 5 GiB of disk, or half of a small machine's.
 */
public final class MachineResources {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long MEMORY_LEFT_BYTES = GIB;
    private static final long DISK_LEFT_BYTES = 5 * GIB;
    private static final String PORTS = "[31000-32000]";

    /** Sums over a large cluster must still fit into thousandths in a long. */
    private static final double SCALAR_MAX = 1e9;

    private MachineResources() {}

    /** What was found out about a machine. */
    record Machine(int cores, long memoryBytes, long diskBytes) {}

    /**
     * Returns the resources of this machine.
     *
     * @param text such as {@code cpus:4;mem:1024;disk:2048;ports:[31000-31999]}, with memory and disk in MiB; empty for
     *     nothing given. A name that is given, if only as 0, is not found out; what is given as 0 is left out.
     * @param dataDir on the disk whose size counts; need not exist yet
     * @throws IllegalArgumentException if the text does not follow the form; names thing, value and rule
     */
    public static List<Resource> of(String text, Path dataDir) throws IOException {
        return of(text, machine(dataDir));
    }

    /**
     * Checks that a text is one that {@link #of} can read.
     *
     * @throws IllegalArgumentException if not; names thing, value and rule
     */
    public static void requireResources(String text) {
        parseResources(text);
    }

    /**
     * Returns how many graphics processors a text gives, in thousandths; 0 if it names none.
     *
     * @throws IllegalArgumentException if it is one that {@link #of} cannot read
     */
    public static long gpuMillis(String text) {
        Value gpus = parseResources(text).get("gpus");
        return gpus == null ? 0 : Math.round(gpus.getScalar().getValue() * 1_000);
    }

    static List<Resource> of(String text, Machine machine) {
        Map<String, Value> values = parseResources(text);
        values.putIfAbsent("cpus", ValueText.scalar(machine.cores()));
        values.putIfAbsent("mem", mebibytes(offered(machine.memoryBytes(), MEMORY_LEFT_BYTES)));
        values.putIfAbsent("disk", mebibytes(offered(machine.diskBytes(), DISK_LEFT_BYTES)));
        values.putIfAbsent("ports", ValueText.parse("resource ports", PORTS));
        List<Resource> resources = new ArrayList<>();
        values.forEach((name, value) -> {
            if (!ValueText.isNothing(value)) {
                resources.add(resource(name, value));
            }
        });
        return List.copyOf(resources);
    }

    /**
     * Returns attributes.
     *
     * @param text such as {@code rack:r1;zone:7;ports:[1-5]}: numbers, ranges, and else text; empty for none
     * @throws IllegalArgumentException if the text does not follow the form; names thing, value and rule
     */
    public static List<Attribute> attributes(String text) {
        List<Attribute> attributes = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (String pair : pairs(text)) {
            int colon = colon("attribute", pair);
            String name = pair.substring(0, colon).strip();
            if (!names.add(name)) {
                throw new IllegalArgumentException("attribute " + name + " is given twice");
            }
            Value value = ValueText.parse("attribute " + name, pair.substring(colon + 1));
            if (value.getType() == Value.Type.SET) {
                throw new IllegalArgumentException("attribute " + name + " is a set, '"
                        + pair.substring(colon + 1).strip() + "'; it must be a number, ranges, or text");
            }
            attributes.add(attribute(name, value));
        }
        return List.copyOf(attributes);
    }

    private static Map<String, Value> parseResources(String text) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (String pair : pairs(text)) {
            int colon = colon("resource", pair);
            String name = nameWithoutRole(pair.substring(0, colon).strip());
            Value value = ValueText.parse("resource " + name, pair.substring(colon + 1));
            checkResource(name, value, pair.substring(colon + 1).strip());
            if (values.putIfAbsent(name, value) != null) {
                throw new IllegalArgumentException("resource " + name + " is given twice");
            }
        }
        return values;
    }

    private static void checkResource(String name, Value value, String text) {
        Value.Type expected = switch (name) {
            case "cpus", "mem", "disk", "gpus" -> Value.Type.SCALAR;
            case "ports" -> Value.Type.RANGES;
            default -> value.getType();
        };
        if (value.getType() == Value.Type.TEXT || value.getType() != expected) {
            throw new IllegalArgumentException("resource " + name + " is '" + text + "'; it must be "
                    + switch (expected) {
                        case SCALAR -> "a number";
                        case RANGES -> "ranges such as [31000-31999,33000-33010]";
                        case SET, TEXT -> "a number, ranges or a set";
                    });
        }
        double number = value.getScalar().getValue();
        if (number < 0 || number > SCALAR_MAX) {
            throw new IllegalArgumentException(
                    "resource " + name + " is " + text + "; it must be between 0 and " + SCALAR_MAX);
        }
        if (name.equals("ports")
                && value.getRanges().getRangeList().stream().anyMatch(range -> range.getEnd() > 65_535)) {
            throw new IllegalArgumentException("resource ports is " + text + "; a port is at most 65535");
        }
    }

    /** A role in parentheses is a static reservation; {@code *} is none. */
    private static String nameWithoutRole(String name) {
        int open = name.indexOf('(');
        if (open < 0) {
            return name;
        }
        if (!name.substring(open).equals("(*)")) {
            throw new IllegalArgumentException(
                    "resource " + name + " is reserved for a role; static reservations are not supported yet");
        }
        return name.substring(0, open).strip();
    }

    private static List<String> pairs(String text) {
        List<String> pairs = new ArrayList<>();
        for (String pair : text.split("[;\n]", -1)) {
            if (!pair.isBlank()) {
                pairs.add(pair);
            }
        }
        return pairs;
    }

    private static int colon(String what, String pair) {
        int colon = pair.indexOf(':');
        if (colon < 0 || pair.substring(0, colon).isBlank()) {
            throw new IllegalArgumentException(what + " '" + pair.strip() + "' must have the form name:value");
        }
        return colon;
    }

    private static long offered(long totalBytes, long leftBytes) {
        return totalBytes >= 2 * leftBytes ? totalBytes - leftBytes : totalBytes / 2;
    }

    private static Value mebibytes(long bytes) {
        return ValueText.scalar((double) Math.floorDiv(bytes, MIB));
    }

    private static Machine machine(Path dataDir) throws IOException {
        Path existing = dataDir.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                memoryBytes(),
                Files.getFileStore(existing).getTotalSpace());
    }

    /** A container's limit counts, as the JVM knows it; a JVM that does not say has as much as Mesos then assumes. */
    private static long memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 2 * GIB;
    }

    private static Resource resource(String name, Value value) {
        Resource.Builder resource = Resource.newBuilder().setName(name).setType(value.getType());
        switch (value.getType()) {
            case SCALAR -> resource.setScalar(value.getScalar());
            case RANGES -> resource.setRanges(value.getRanges());
            case SET -> resource.setSet(value.getSet());
            case TEXT -> throw new IllegalArgumentException("resource " + name + " is text");
        }
        return resource.build();
    }

    private static Attribute attribute(String name, Value value) {
        Attribute.Builder attribute = Attribute.newBuilder().setName(name).setType(value.getType());
        switch (value.getType()) {
            case SCALAR -> attribute.setScalar(value.getScalar());
            case RANGES -> attribute.setRanges(value.getRanges());
            case SET -> attribute.setSet(value.getSet());
            case TEXT -> attribute.setText(value.getText());
        }
        return attribute.build();
    }
}
