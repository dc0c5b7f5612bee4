package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.List;

/**
 * What one agent will have for a framework.
 *
 * @param free what is free, or will be when what ends already has ended
 * @param debt what is in use beyond what there is, even then; as much of the same does not become free
 */
record Room(Resources free, Resources debt) {
    /** Sets what is free, or will be, off against what is in use beyond what there is. */
    static Room of(Resources free, Resources overcommitted) {
        return new Room(free.minusSaturating(overcommitted), overcommitted.minusSaturating(free));
    }

    boolean isEnoughFor(Demand demand) {
        for (long each : lacking(demand, List.of())) {
            if (each > 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns how much is lacking of each thing that a task of a demand needs; none of what is not above 0.
     *
     * @param gains what else may end; what of it would only make up for the debt is lacking, too
     */
    long[] lacking(Demand demand, List<Resources> gains) {
        long[] lacking = count(demand, owed(gains));
        long[] counted = count(demand, free);
        int at = 0;
        for (String name : demand.shape().names()) {
            lacking[at] += demand.shape().of(name) - counted[at];
            at++;
        }
        for (int pieces : demand.pieces().values()) {
            lacking[at] += pieces - counted[at];
            at++;
        }
        return lacking;
    }

    private Resources owed(List<Resources> gains) {
        if (debt.isEmpty()) {
            return debt;
        }
        Resources all = gains.stream().reduce(Resources.EMPTY, Resources::plus);
        return all.minusSaturating(all.minusSaturating(debt));
    }

    /** Counts what a demand names: scalars in thousandths, then ranges and sets in pieces. */
    static long[] count(Demand demand, Resources all) {
        Resources resources = Bundle.counted(all);
        long[] amounts =
                new long[demand.shape().names().size() + demand.pieces().size()];
        int at = 0;
        for (String name : demand.shape().names()) {
            amounts[at++] = resources.scalar(name);
        }
        for (String name : demand.pieces().keySet()) {
            amounts[at++] =
                    resources.ranges(name).count() + resources.items(name).size();
        }
        return amounts;
    }
}
