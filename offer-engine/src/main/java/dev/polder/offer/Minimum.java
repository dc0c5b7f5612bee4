package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.List;

/**
 * What an offer must have at least (Mesos's {@code min_allocatable_resources}): one of some alternatives completely.
 * Without alternatives everything is enough, but nothing is not.
 */
public record Minimum(List<Quantities> alternatives) {
    /** Everything is enough. */
    public static final Minimum NONE = new Minimum(List.of());

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if an alternative asks for nothing
     */
    public Minimum {
        alternatives = List.copyOf(alternatives);
        if (alternatives.stream().anyMatch(Quantities::isEmpty)) {
            throw new IllegalArgumentException(
                    "minimum " + alternatives + ": an alternative is nothing, must ask for something");
        }
    }

    /** Returns a minimum of which one of these is needed. */
    public static Minimum oneOf(Quantities... alternatives) {
        return new Minimum(List.of(alternatives));
    }

    /** Tells whether an amount is enough. */
    boolean isReachedBy(ResourceColumn amounts, int row) {
        if (alternatives.isEmpty()) {
            return !amounts.isEmpty(row);
        }
        for (int i = 0; i < alternatives.size(); i++) {
            if (reaches(amounts, row, alternatives.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean reaches(ResourceColumn amounts, int row, Quantities alternative) {
        Resources special = amounts.special(row);
        boolean isPlain = !amounts.hasSpecialScalars(row);
        for (int field = 0; field < ResourceColumn.FIELDS; field++) {
            long more = isPlain ? 0 : ClusterTotal.field(special.quantities(), field);
            if (amounts.plain(row, field) + more < ClusterTotal.field(alternative, field)) {
                return false;
            }
        }
        return alternative.isPlain() || reachesOthers(special.quantities(), alternative);
    }

    private static boolean reachesOthers(Quantities there, Quantities alternative) {
        for (String name : alternative.names()) {
            if (!ClusterTotal.isField(name) && there.of(name) < alternative.of(name)) {
                return false;
            }
        }
        return true;
    }
}
