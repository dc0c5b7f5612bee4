package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is charged to each row (a node of the role tree, or a framework's subscription to a role), and the key that
 * orders it among its like. Columns by dense row; owned by the engine's thread.
 *
 * <p>In the fair order the key is the dominant share divided by the row's weight: the largest, over all scalars, of
 * charged / cluster total. It is as old as the last {@link #rekey} of its row, so that rows which are kept in order by
 * it move only when their keeper moves them. Ties are broken by how many offers a row got, then by its name.
 *
 * <p>In the random order the key is when a row's turn comes next, of a Poisson process whose rate is the row's weight:
 * at any moment the rows in order of key are a random permutation by weight, and after a turn only one key is drawn
 * anew.
 */
final class Shares {
    /** The weight of a row that nobody weighed, in thousandths. */
    static final long WEIGHT_DEFAULT = 1000;

    private static final int FIELDS = ResourceColumn.FIELDS;

    private static final int SETTLED = -2;

    final ClusterTotal clusterTotal;
    private final @Nullable Turns turns;

    /** The plain scalars that count for quota, side by side. */
    private long[] pool = {};

    /** What else counts for quota: unreserved, not revocable. */
    private Quantities[] poolOthers = {};

    /** What counts for shares only: reserved or revocable. */
    private Quantities[] apart = {};

    /** Whether more than plain scalars that count for quota is charged to a row. */
    private boolean[] hasOthers = {};

    private long[] weights = {};
    private long[] keys = {};

    /** How many offers a row got. */
    private long[] offers = {};

    /** The row that is to be moved in its order after this one; {@link #SETTLED} at a row that is not to be moved. */
    private int[] nextUnsettled = {};

    private @Nullable String[] names = {};

    /** Makes empty columns; with {@code turns}, in random order. */
    Shares(ClusterTotal clusterTotal, @Nullable Turns turns) {
        this.clusterTotal = clusterTotal;
        this.turns = turns;
    }

    /** Starts a row with nothing charged; its index may have been another's before. */
    void start(int row, String name) {
        if (row >= weights.length) {
            grow(FreeList.rowsFor(row));
        }
        Arrays.fill(pool, FIELDS * row, FIELDS * (row + 1), 0);
        poolOthers[row] = Quantities.EMPTY;
        apart[row] = Quantities.EMPTY;
        hasOthers[row] = false;
        weights[row] = WEIGHT_DEFAULT;
        offers[row] = 0;
        names[row] = name;
        keys[row] = 0;
        nextUnsettled[row] = SETTLED;
    }

    private void grow(int rows) {
        pool = Arrays.copyOf(pool, FIELDS * rows);
        poolOthers = Arrays.copyOf(poolOthers, rows);
        apart = Arrays.copyOf(apart, rows);
        hasOthers = Arrays.copyOf(hasOthers, rows);
        weights = Arrays.copyOf(weights, rows);
        keys = Arrays.copyOf(keys, rows);
        offers = Arrays.copyOf(offers, rows);
        names = Arrays.copyOf(names, rows);
        nextUnsettled = Arrays.copyOf(nextUnsettled, rows);
    }

    /** Takes over what is charged to another row. */
    void copyCharges(int row, int from) {
        System.arraycopy(pool, FIELDS * from, pool, FIELDS * row, FIELDS);
        poolOthers[row] = poolOthers[from];
        apart[row] = apart[from];
        hasOthers[row] = hasOthers[from];
    }

    // ---- charges

    void charge(int row, ResourceColumn amounts, int amountRow) {
        int at = FIELDS * row;
        for (int field = 0; field < FIELDS; field++) {
            pool[at + field] = Math.addExact(pool[at + field], amounts.plain(amountRow, field));
        }
        if (amounts.hasSpecialScalars(amountRow)) {
            Resources special = amounts.special(amountRow);
            Quantities pooled = Pool.of(special);
            poolOthers[row] = poolOthers[row].plus(pooled);
            apart[row] = apart[row].plus(special.quantities().minus(pooled));
            hasOthers[row] = true;
        }
    }

    void discharge(int row, ResourceColumn amounts, int amountRow) {
        int at = FIELDS * row;
        for (int field = 0; field < FIELDS; field++) {
            pool[at + field] -= amounts.plain(amountRow, field);
        }
        if (amounts.hasSpecialScalars(amountRow)) {
            Resources special = amounts.special(amountRow);
            Quantities pooled = Pool.of(special);
            poolOthers[row] = poolOthers[row].minus(pooled);
            apart[row] = apart[row].minus(special.quantities().minus(pooled));
            hasOthers[row] = !poolOthers[row].isEmpty() || !apart[row].isEmpty();
        }
    }

    /** Returns a plain scalar of what is charged to a row. */
    long pool(int row, int field) {
        return pool[FIELDS * row + field];
    }

    /** Returns what is charged to a row besides, as far as it counts for quota. */
    Quantities poolOthers(int row) {
        return poolOthers[row];
    }

    /** Returns the plain part of what is charged to a row. */
    Quantities plainPool(int row) {
        int at = FIELDS * row;
        return Quantities.ofPlain(pool[at], pool[at + 1], pool[at + 2], pool[at + 3]);
    }

    /** Returns all scalars that are charged to a row. */
    Quantities charged(int row) {
        return plainPool(row).plus(poolOthers[row]).plus(apart[row]);
    }

    // ---- keys

    long weight(int row) {
        return weights[row];
    }

    /** Sets the weight, in thousandths; the key follows with the next {@link #rekey}. */
    void setWeight(int row, long weight) {
        weights[row] = weight;
        keys[row] = 0;
    }

    /** Brings a row's key up to its charges, its weight and the cluster's total. */
    void rekey(int row) {
        if (turns == null) {
            keys[row] = share(row);
        }
    }

    /** Counts an offer to a row; in the random order it draws its next turn. */
    void serve(int row) {
        offers[row]++;
        if (turns != null) {
            keys[row] += turns.draw(weights[row]);
        }
    }

    void shiftKey(int row, long by) {
        keys[row] += by;
    }

    boolean isRandom() {
        return turns != null;
    }

    /** Has a row wait anew from {@code now} on; for the random order. */
    void waitFrom(int row, long now) {
        if (turns != null) {
            keys[row] = now + turns.draw(weights[row]);
        }
    }

    long key(int row) {
        return keys[row];
    }

    /** Tells whether a row's key is that of its place, and its keeper knows that it is to be moved. */
    boolean isUnsettled(int row) {
        return nextUnsettled[row] != SETTLED;
    }

    /** Puts a row, which is settled, before another in the list of those that its keeper has to move. */
    void unsettle(int row, int before) {
        nextUnsettled[row] = before;
    }

    /** Takes the first row off such a list, and returns the one that is first now. */
    int settle(int row) {
        int next = nextUnsettled[row];
        nextUnsettled[row] = SETTLED;
        return next;
    }

    void setOffers(int row, long count) {
        offers[row] = count;
    }

    long offers(int row) {
        return offers[row];
    }

    /** Returns a row's dominant share by its weight, in parts of {@link Divisor#WHOLE}, as it is now. */
    long share(int row) {
        long share = unweighedShare(row);
        return weights[row] == WEIGHT_DEFAULT ? share : share * WEIGHT_DEFAULT / weights[row];
    }

    /** Returns a row's dominant share, whatever its weight. */
    long unweighedShare(int row) {
        int at = FIELDS * row;
        long largest = 0;
        if (!hasOthers[row]) {
            for (int field = 0; field < FIELDS; field++) {
                largest = Math.max(largest, clusterTotal.part(field, pool[at + field]));
            }
        } else {
            Quantities others = poolOthers[row].plus(apart[row]);
            for (int field = 0; field < FIELDS; field++) {
                long amount = pool[at + field] + ClusterTotal.field(others, field);
                largest = Math.max(largest, clusterTotal.part(field, amount));
            }
            largest = Math.max(largest, clusterTotal.largestPartOfOthers(others));
        }
        return largest;
    }

    String name(int row) {
        String name = names[row];
        if (name == null) {
            throw Invariant.broken("row %s has no name", row);
        }
        return name;
    }

    /** Orders rows by key, then by how many offers they got, then by name. */
    int compare(int one, int other) {
        if (keys[one] != keys[other]) {
            return keys[one] < keys[other] ? -1 : 1;
        }
        if (offers[one] != offers[other]) {
            return offers[one] < offers[other] ? -1 : 1;
        }
        return name(one).compareTo(name(other));
    }
}
