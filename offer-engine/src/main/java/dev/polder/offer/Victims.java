package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Finds which tasks on one agent have to end for a task of a demand to fit: one if one is enough, else the best two, else
 * as many as it takes, the most useful first, less those that turn out not to be needed. Of equals those of the lowest
 * priority, then the youngest.
 */
final class Victims {
    private final ResourceColumn amounts = new ResourceColumn();

    Victims() {
        amounts.ensure(0);
    }

    /**
     * Returns the victims among candidates, which come in the order in which they should go; none if all are not enough.
     *
     * @param room what is free, or will be when what ends already has ended
     * @param debt what is in use beyond what there is, and so does not become free
     * @param visible what the demand's framework may have of a task's resources
     * @param most with more victims than this none are of interest
     */
    List<RunningTask> find(
            Demand demand,
            Resources room,
            Resources debt,
            List<RunningTask> candidates,
            UnaryOperator<Resources> visible,
            int most) {
        List<Resources> gains =
                candidates.stream().map(task -> visible.apply(task.resources())).toList();
        for (int i = 0; i < gains.size(); i++) {
            if (isEnough(demand, room.plus(gains.get(i)), debt)) {
                return List.of(candidates.get(i));
            }
        }
        // in this order a pair is as low as its higher one
        for (int higher = 1; most >= 2 && higher < gains.size(); higher++) {
            Resources one = room.plus(gains.get(higher));
            for (int lower = 0; lower < higher; lower++) {
                if (isEnough(demand, one.plus(gains.get(lower)), debt)) {
                    return List.of(candidates.get(lower), candidates.get(higher));
                }
            }
        }
        return most > 2 ? greedily(demand, room, debt, candidates, gains, most) : List.of();
    }

    private List<RunningTask> greedily(
            Demand demand,
            Resources room,
            Resources debt,
            List<RunningTask> candidates,
            List<Resources> gains,
            int most) {
        List<Integer> chosen = new ArrayList<>();
        Resources sum = room;
        while (!isEnough(demand, sum, debt)) {
            int best = -1;
            double least = lacking(demand, sum.minusSaturating(debt));
            for (int i = 0; i < gains.size(); i++) {
                double after = chosen.contains(i)
                        ? Double.MAX_VALUE
                        : lacking(demand, sum.plus(gains.get(i)).minusSaturating(debt));
                if (after < least) {
                    least = after;
                    best = i;
                }
            }
            if (best < 0) {
                return List.of();
            }
            chosen.add(best);
            sum = sum.plus(gains.get(best));
        }
        chosen.sort(null);
        for (int i = chosen.size() - 1; i >= 0; i--) {
            Resources without = room;
            for (int other : chosen) {
                without = other == chosen.get(i) ? without : without.plus(gains.get(other));
            }
            if (isEnough(demand, without, debt)) {
                chosen.remove(i);
            }
        }
        return chosen.size() > most
                ? List.of()
                : chosen.stream().map(candidates::get).toList();
    }

    /** Tells whether a task fits into what is there, less what is in use beyond what there is. */
    boolean isEnough(Demand demand, Resources there, Resources debt) {
        amounts.set(0, there.minusSaturating(debt));
        return Bundle.fit(demand, amounts, 0) > 0;
    }

    /** Returns the sum of the parts of what a task needs that are not there: it falls with every task that helps. */
    private static double lacking(Demand demand, Resources there) {
        double sum = 0;
        for (String name : demand.shape().names()) {
            double needed = demand.shape().of(name);
            sum += Math.max(0, needed - there.scalar(name)) / needed;
        }
        for (Map.Entry<String, Integer> piece : demand.pieces().entrySet()) {
            double count = there.ranges(piece.getKey()).count()
                    + there.items(piece.getKey()).size();
            sum += Math.max(0, piece.getValue() - count) / piece.getValue();
        }
        return sum;
    }
}
