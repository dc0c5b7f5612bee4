package dev.polder.offer;

import dev.polder.offer.resource.Resources;

/**
 * What one agent will have for a framework.
 *
 * @param free what is free, or will be when what ends already has ended
 * @param debt what is in use beyond what there is, and so does not become free
 */
record Room(Resources free, Resources debt) {
    boolean isEnoughFor(Demand demand) {
        for (long each : lacking(demand)) {
            if (each > 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns how much is lacking of each thing that a task of a demand needs; none of what is not above 0. */
    long[] lacking(Demand demand) {
        long[] lacking = count(demand, debt);
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
