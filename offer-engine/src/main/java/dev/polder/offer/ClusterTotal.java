package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The scalars of all agents together, the inactive ones included, and what part of them an amount is: its dominant
 * share. Scalars of which the cluster has nothing do not count, nor do those that are excluded. Owned by the engine's
 * thread.
 */
final class ClusterTotal {
    private static final String[] FIELD_NAMES = {"cpus", "disk", "gpus", "mem"};

    private final Set<String> excluded;
    private final Divisor[] fields = new Divisor[ResourceColumn.FIELDS];
    private final Map<String, Divisor> others = new HashMap<>();
    private Quantities quantities = Quantities.EMPTY;

    ClusterTotal(Set<String> excluded) {
        this.excluded = Set.copyOf(excluded);
        Arrays.fill(fields, Divisor.NOTHING);
    }

    Quantities quantities() {
        return quantities;
    }

    /** Replaces the total; tells whether a share may have changed by it. */
    boolean set(Quantities total) {
        if (total.equals(quantities)) {
            return false;
        }
        quantities = total;
        others.clear();
        for (int field = 0; field < fields.length; field++) {
            fields[field] = divisor(FIELD_NAMES[field], fields[field]);
        }
        return true;
    }

    private Divisor divisor(String name, Divisor before) {
        long total = excluded.contains(name) ? 0 : quantities.of(name);
        return total == before.total() ? before : new Divisor(total);
    }

    /** Returns what part of the cluster's amount of a plain scalar this is. */
    long part(int field, long amount) {
        return fields[field].part(amount);
    }

    /** Returns the largest part that one of these scalars is, the plain ones left out. */
    long largestPartOfOthers(Quantities amounts) {
        long largest = 0;
        for (String name : amounts.names()) {
            if (!isField(name)) {
                Divisor divisor = others.computeIfAbsent(name, added -> divisor(added, Divisor.NOTHING));
                largest = Math.max(largest, divisor.part(amounts.of(name)));
            }
        }
        return largest;
    }

    /** Tells whether a name is that of a plain scalar. */
    static boolean isField(String name) {
        return switch (name) {
            case "cpus", "disk", "gpus", "mem" -> true;
            default -> false;
        };
    }

    static String fieldName(int field) {
        return FIELD_NAMES[field];
    }

    /** Returns the scalar of this field. */
    static long field(Quantities quantities, int field) {
        return switch (field) {
            case ResourceColumn.CPUS -> quantities.cpus();
            case ResourceColumn.DISK -> quantities.disk();
            case ResourceColumn.GPUS -> quantities.gpus();
            default -> quantities.mem();
        };
    }
}
