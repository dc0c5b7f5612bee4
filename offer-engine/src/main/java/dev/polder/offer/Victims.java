package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds which tasks on one agent have to end for a task of a demand to fit: one if one is enough, else the best two, else
 * as many as it takes, the most useful first, less those that turn out not to be needed. Of equals those of the lowest
 * priority, then the youngest.
 *
 * <p>Everything is counted by what the demand names: scalars in thousandths, ranges and sets in pieces.
 */
final class Victims {
    /**
     * What one agent will have.
     *
     * @param free what is free, or will be when what ends already has ended
     * @param debt what is in use beyond what there is, and so does not become free
     */
    record Room(Resources free, Resources debt) {}

    /** With more than so many the search is given up, before it is seen which of them are not needed. */
    private static final int CHOSEN_MAX = 128;

    /** What is lacking of each that the demand names, with nobody ending. */
    private final long[] lacking;

    /** What each candidate brings of each. */
    private final long[][] gains;

    /**
     * Begins a search among candidates.
     *
     * @param gained what the demand's framework may have of each candidate's resources, in the order in which they should go
     */
    Victims(Demand demand, Room room, List<Resources> gained) {
        lacking = lacking(demand, room);
        gains = gained.stream().map(each -> amounts(demand, each)).toArray(long[][]::new);
    }

    /** Tells whether a task fits without anybody ending. */
    boolean areNoneNeeded() {
        return isNothing(lacking);
    }

    /** Returns the places of the victims among the candidates; none if all are not enough, or it takes more than {@code most}. */
    List<Integer> find(int most) {
        for (int i = 0; i < gains.length; i++) {
            if (isEnough(i)) {
                return List.of(i);
            }
        }
        if (most >= 2 && isPairPossible()) {
            // in this order a pair is as low as its higher one
            for (int higher = 1; higher < gains.length; higher++) {
                for (int lower = 0; lower < higher; lower++) {
                    if (isEnough(lower, higher)) {
                        return List.of(lower, higher);
                    }
                }
            }
        }
        List<Integer> chosen = most > 2 ? greedily() : List.of();
        return chosen.size() > most ? List.of() : chosen;
    }

    private List<Integer> greedily() {
        List<Integer> chosen = new ArrayList<>();
        boolean[] isChosen = new boolean[gains.length];
        long[] rest = lacking.clone();
        while (!isNothing(rest)) {
            int best = -1;
            double least = part(rest);
            for (int i = 0; i < gains.length; i++) {
                double after = isChosen[i] ? Double.MAX_VALUE : part(less(rest, gains[i]));
                if (after < least) {
                    least = after;
                    best = i;
                }
            }
            if (best < 0 || chosen.size() == CHOSEN_MAX) {
                return List.of();
            }
            isChosen[best] = true;
            chosen.add(best);
            rest = less(rest, gains[best]);
        }
        chosen.sort(null);
        for (int i = chosen.size() - 1; i >= 0; i--) {
            long[] without = lacking.clone();
            for (int other : chosen) {
                without = other == chosen.get(i) ? without : less(without, gains[other]);
            }
            if (isNothing(without)) {
                chosen.remove(i);
            }
        }
        return chosen;
    }

    // ---- arithmetic

    private boolean isEnough(int... these) {
        for (int at = 0; at < lacking.length; at++) {
            long rest = lacking[at];
            for (int each : these) {
                rest -= gains[each][at];
            }
            if (rest > 0) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether of each that is lacking some two bring enough: else there is no need to try all. */
    private boolean isPairPossible() {
        for (int at = 0; at < lacking.length; at++) {
            long largest = 0;
            long second = 0;
            for (long[] gain : gains) {
                second = Math.max(second, Math.min(largest, gain[at]));
                largest = Math.max(largest, gain[at]);
            }
            if (largest + second < lacking[at]) {
                return false;
            }
        }
        return true;
    }

    private static long[] lacking(Demand demand, Room room) {
        long[] lacking = amounts(demand, room.debt());
        long[] free = amounts(demand, room.free());
        int at = 0;
        for (String name : demand.shape().names()) {
            lacking[at] += demand.shape().of(name) - free[at];
            at++;
        }
        for (int count : demand.pieces().values()) {
            lacking[at] += count - free[at];
            at++;
        }
        return lacking;
    }

    /** Counts what the demand names. */
    private static long[] amounts(Demand demand, Resources all) {
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

    private static long[] less(long[] lacking, long[] gain) {
        long[] rest = new long[lacking.length];
        for (int at = 0; at < rest.length; at++) {
            rest[at] = lacking[at] - gain[at];
        }
        return rest;
    }

    private static boolean isNothing(long[] lacking) {
        for (long each : lacking) {
            if (each > 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns the sum of the parts of what is lacking at first that still are: it falls with every task that helps. */
    private double part(long[] rest) {
        double sum = 0;
        for (int at = 0; at < rest.length; at++) {
            sum += lacking[at] <= 0 ? 0 : (double) Math.max(0, rest[at]) / lacking[at];
        }
        return sum;
    }
}
