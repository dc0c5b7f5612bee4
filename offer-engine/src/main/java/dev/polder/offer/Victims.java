package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Finds which of some candidates on one agent have to end for a task of a demand to fit, within what can be spared of
 * guarantees: one if one is enough, else the best two, else as many as it takes, the most useful first, less those that
 * turn out not to be needed. Of equals those that come first among the candidates.
 *
 * <p>Everything is counted by what the demand names: scalars in thousandths, ranges and sets in pieces.
 */
final class Victims {
    /** With more than so many the search is given up, before it is seen which of them are not needed. */
    private static final int CHOSEN_MAX = 128;

    /** What is lacking of each that the demand names, with nobody ending. */
    private final long[] lacking;

    /** What each candidate brings of each. */
    private final long[][] gains;

    private final Surplus.Costs costs;

    private long tries;

    /**
     * Begins a search among candidates.
     *
     * @param gained what the demand's framework may have of each candidate's resources, in the order in which they should go
     */
    Victims(Demand demand, Room room, List<Resources> gained, Surplus.Costs costs) {
        this.costs = costs;
        lacking = room.lacking(demand, gained);
        gains = gained.stream().map(each -> Room.count(demand, each)).toArray(long[][]::new);
    }

    /** Returns the places of the victims among the candidates; none if all are not enough, or it takes more than {@code most}. */
    List<Integer> find(int most) {
        for (int i = 0; i < gains.length; i++) {
            if (isEnough(i, i)) {
                return List.of(i);
            }
        }
        List<Integer> pair = most >= 2 ? pair() : List.of();
        List<Integer> chosen = most > 2 && pair.isEmpty() ? greedily() : pair;
        return chosen.size() > most ? List.of() : chosen;
    }

    /** Returns how many pairs were tried. */
    long tries() {
        return tries;
    }

    private List<Integer> pair() {
        int[] these = isPairPossible() ? firstTwoOfEachSort() : new int[0];
        // in this order a pair is as low as its higher one
        for (int higher = 1; higher < these.length; higher++) {
            tries += higher;
            for (int lower = 0; lower < higher; lower++) {
                if (isEnough(these[lower], these[higher])) {
                    return List.of(these[lower], these[higher]);
                }
            }
        }
        return List.of();
    }

    /** Returns the candidates, less those before which there are two that bring and cost the same: they are as good. */
    private int[] firstTwoOfEachSort() {
        Map<List<Long>, Integer> counts = new HashMap<>();
        return IntStream.range(0, gains.length)
                .filter(i -> counts.merge(sort(i), 1, Integer::sum) <= 2)
                .toArray();
    }

    private List<Long> sort(int candidate) {
        return LongStream.concat(Arrays.stream(gains[candidate]), Arrays.stream(costs.taken()[candidate]))
                .boxed()
                .toList();
    }

    private List<Integer> greedily() {
        List<Integer> chosen = new ArrayList<>();
        boolean[] isChosen = new boolean[gains.length];
        long[] rest = lacking.clone();
        long[] spare = costs.spare().clone();
        while (!isNothing(rest)) {
            int best = -1;
            double least = part(rest);
            for (int i = 0; i < gains.length; i++) {
                boolean isChoice = !isChosen[i] && isCovered(costs.taken()[i], spare);
                double after = isChoice ? part(less(rest, gains[i])) : Double.MAX_VALUE;
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
            spare = less(spare, costs.taken()[best]);
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

    /** Tells whether two are enough, which may be one and the same, and can be spared. */
    private boolean isEnough(int one, int other) {
        for (int at = 0; at < lacking.length; at++) {
            if (sum(gains, one, other, at) < lacking[at]) {
                return false;
            }
        }
        for (int at = 0; at < costs.spare().length; at++) {
            long taken = sum(costs.taken(), one, other, at);
            if (taken > 0 && taken > costs.spare()[at]) {
                return false;
            }
        }
        return true;
    }

    private static long sum(long[][] amounts, int one, int other, int at) {
        return one == other ? amounts[one][at] : amounts[one][at] + amounts[other][at];
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

    private static long[] less(long[] from, long[] what) {
        long[] rest = new long[from.length];
        for (int at = 0; at < rest.length; at++) {
            rest[at] = from[at] - what[at];
        }
        return rest;
    }

    private static boolean isNothing(long[] amounts) {
        for (long each : amounts) {
            if (each > 0) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether of whatever is taken there is as much to spare. */
    private static boolean isCovered(long[] taken, long[] spare) {
        for (int at = 0; at < taken.length; at++) {
            if (taken[at] > 0 && taken[at] > spare[at]) {
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
