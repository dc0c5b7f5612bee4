package dev.polder.offer;

import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import dev.polder.offer.resource.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * How many tasks of a shape an amount is good for, and the part of it that so many need. Only what everybody may have is
 * parted; what is reserved, revocable or shared goes along whole, since few could have it instead. What is revocable, or
 * a persistent volume, counts for no task: it is of another sort than what a task takes unless it says so. A disk that
 * cannot be parted is of it as a whole, where the rest is not enough.
 */
final class Bundle {
    private static final int FIELDS = ResourceColumn.FIELDS;

    private Bundle() {}

    /** Returns what of these counts for tasks. */
    static Resources counted(Resources resources) {
        return resources.special().isEmpty()
                ? resources
                : resources.filter(id -> !id.isRevocable() && !id.isPersistentVolume());
    }

    /** Returns how many tasks of the demand's shape fit. */
    static long fit(Demand demand, ResourceColumn amounts, int row) {
        long most = Long.MAX_VALUE;
        Resources special = counted(amounts.special(row));
        boolean isPlain = !amounts.hasSpecialScalars(row);
        for (int field = 0; field < FIELDS; field++) {
            long each = ClusterTotal.field(demand.shape(), field);
            if (each > 0) {
                long more = isPlain ? 0 : ClusterTotal.field(special.quantities(), field);
                most = Math.min(most, (amounts.plain(row, field) + more) / each);
            }
        }
        if (!demand.shape().isPlain()) {
            for (String name : demand.shape().names()) {
                if (!ClusterTotal.isField(name)) {
                    most = Math.min(
                            most, special.quantities().of(name) / demand.shape().of(name));
                }
            }
        }
        return demand.pieces().isEmpty() ? most : Math.min(most, fitPieces(demand, special));
    }

    private static long fitPieces(Demand demand, Resources special) {
        long most = Long.MAX_VALUE;
        for (Map.Entry<String, Integer> piece : demand.pieces().entrySet()) {
            long there = special.ranges(piece.getKey()).count()
                    + special.items(piece.getKey()).size();
            most = Math.min(most, there / piece.getValue());
        }
        return most;
    }

    /** Writes what {@code tasks} tasks need of an amount that is enough for them. */
    static void cut(Demand demand, long tasks, ResourceColumn amounts, int row, ResourceColumn to, int toRow) {
        Resources special = amounts.special(row);
        Resources apart = special.isEmpty() ? special : special.filter(id -> !Pool.contains(id) || id.isShared());
        Resources counted = counted(apart);
        Map<String, Long> rest = special.isEmpty() ? Map.of() : new HashMap<>();
        for (int field = 0; field < FIELDS; field++) {
            long needed = tasks * ClusterTotal.field(demand.shape(), field)
                    - (counted.isEmpty() ? 0 : ClusterTotal.field(counted.quantities(), field));
            long plain = Math.max(0, Math.min(needed, amounts.plain(row, field)));
            to.setPlain(toRow, field, plain);
            if (!special.isEmpty()) {
                rest.put(ClusterTotal.fieldName(field), Math.max(0, needed - plain));
            }
        }
        to.setSpecial(toRow, special.isEmpty() ? special : cutSpecial(demand, tasks, special, apart, rest));
    }

    private static Resources cutSpecial(
            Demand demand, long tasks, Resources special, Resources apart, Map<String, Long> rest) {
        Resources counted = counted(apart);
        special.quantities().names().stream()
                .filter(name -> !ClusterTotal.isField(name))
                .forEach(name -> rest.put(
                        name,
                        Math.max(
                                0,
                                tasks * demand.shape().of(name)
                                        - counted.quantities().of(name))));
        Resources pooled = special.filter(id -> Pool.contains(id) && !id.isShared());
        ResourcesBuilder pieces = Resources.builder();
        Map<String, Long> wanted = new HashMap<>();
        demand.pieces()
                .forEach((name, each) -> wanted.put(
                        name,
                        tasks * each
                                - counted.ranges(name).count()
                                - counted.items(name).size()));
        pooled.forEach((id, value) -> {
            long count = wanted.getOrDefault(id.name(), 0L);
            if (count > 0 && value instanceof Value.Numbers numbers) {
                Value.Numbers some = new Value.Numbers(numbers.ranges().smallest(count));
                pieces.add(id, some);
                wanted.put(id.name(), count - some.ranges().count());
            } else if (count > 0 && value instanceof Value.Items items) {
                TreeSet<String> some = new TreeSet<>();
                items.items().stream().limit(count).forEach(some::add);
                pieces.add(id, new Value.Items(some));
                wanted.put(id.name(), count - some.size());
            }
        });
        return apart.plus(cutScalars(pooled.scalarsOnly(), rest)).plus(pieces.build());
    }

    /** Returns as much as is needed of each name, and more only where something cannot be parted. */
    private static Resources cutScalars(Resources pooled, Map<String, Long> needed) {
        Resources parts = pooled.shrinkTo(Limits.of(needed));
        Resources left = pooled.minus(parts).filter(id -> !id.isDivisible());
        if (left.isEmpty()) {
            return parts;
        }
        Map<String, Long> lacking = new HashMap<>();
        needed.forEach((name, amount) -> lacking.put(name, amount - parts.scalar(name)));
        ResourcesBuilder wholes = Resources.builder();
        left.forEach((id, value) -> {
            long missing = lacking.getOrDefault(id.name(), 0L);
            if (missing > 0 && value instanceof Value.Amount amount) {
                long copies = Math.min(amount.copies(), 1 + (missing - 1) / amount.thousandths());
                wholes.add(id, new Value.Amount(amount.thousandths(), copies));
                lacking.put(id.name(), missing - copies * amount.thousandths());
            }
        });
        return parts.plus(wholes.build());
    }
}
