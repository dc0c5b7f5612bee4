package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.Arrays;

/**
 * What is charged to each row (a role, or one framework's subscription to a role) and the dominant share that follows:
 * the largest, over all scalars, of charged / cluster total, divided by the row's weight. Columns by dense row index;
 * owned by the engine's thread.
 *
 * <p>A share is a whole number of 2^-40ths, rounded down, and capped at 4096 times the cluster: exact enough to tell
 * one hundredth of a CPU among a million apart, and the same on every machine. Scalars of which the cluster has
 * nothing do not count. A share is as old as the last {@link #refresh} of its row, so that rows which are kept in
 * order by it move only when their keeper moves them.
 */
final class Shares {
    /** The weight of a row that nobody weighed, in thousandths. */
    static final long WEIGHT_DEFAULT = 1000;

    /** The share of a row that has the whole cluster at the default weight. */
    static final long WHOLE = 1L << 40;

    private static final int HALF_BITS = 20;
    private static final long TIMES_WHOLE_MAX = 4096;

    /** A larger total is scaled down to this many bits, so that a remainder times 2^20 fits a long. */
    private static final int TOTAL_BITS_MAX = 43;

    private static final int CPUS = 0;
    private static final int DISK = 1;
    private static final int GPUS = 2;
    private static final int MEM = 3;
    private static final int FIELDS = 4;

    /** The four common scalars of each row, side by side. */
    private long[] charged = new long[FIELDS * 8];

    /** All other scalars of each row. */
    private Resources[] chargedOthers = new Resources[0];

    private long[] weights = new long[0];
    private long[] shares = new long[0];

    /** The id of the offer that a row got last, -1 if it never got one. */
    private long[] lastOffers = new long[0];

    /** Starts a row with nothing charged; its index may have been another's before. */
    void start(int row) {
        if (row >= weights.length) {
            grow(Math.max(8, 2 * row));
        }
        Arrays.fill(charged, FIELDS * row, FIELDS * (row + 1), 0);
        chargedOthers[row] = Resources.EMPTY;
        weights[row] = WEIGHT_DEFAULT;
        shares[row] = 0;
        lastOffers[row] = -1;
    }

    private void grow(int rows) {
        charged = Arrays.copyOf(charged, FIELDS * rows);
        chargedOthers = Arrays.copyOf(chargedOthers, rows);
        weights = Arrays.copyOf(weights, rows);
        shares = Arrays.copyOf(shares, rows);
        lastOffers = Arrays.copyOf(lastOffers, rows);
    }

    void charge(int row, Resources resources) {
        int at = FIELDS * row;
        charged[at + CPUS] = Math.addExact(charged[at + CPUS], resources.cpus());
        charged[at + DISK] = Math.addExact(charged[at + DISK], resources.disk());
        charged[at + GPUS] = Math.addExact(charged[at + GPUS], resources.gpus());
        charged[at + MEM] = Math.addExact(charged[at + MEM], resources.mem());
        chargedOthers[row] = chargedOthers[row].plus(others(resources));
    }

    void discharge(int row, Resources resources) {
        int at = FIELDS * row;
        charged[at + CPUS] -= resources.cpus();
        charged[at + DISK] -= resources.disk();
        charged[at + GPUS] -= resources.gpus();
        charged[at + MEM] -= resources.mem();
        chargedOthers[row] = chargedOthers[row].minusSaturating(others(resources));
    }

    private static Resources others(Resources resources) {
        return resources.special().scalarsOnly();
    }

    /** Returns the scalars that are charged to a row. */
    Resources charged(int row) {
        int at = FIELDS * row;
        return chargedOthers[row].withPlain(
                charged[at + CPUS], charged[at + DISK], charged[at + GPUS], charged[at + MEM]);
    }

    long weight(int row) {
        return weights[row];
    }

    void setWeight(int row, long weight) {
        weights[row] = weight;
    }

    long share(int row) {
        return shares[row];
    }

    long lastOffer(int row) {
        return lastOffers[row];
    }

    void setLastOffer(int row, long offerId) {
        lastOffers[row] = offerId;
    }

    /** Computes a row's share anew. */
    void refresh(int row, Resources clusterTotal) {
        shares[row] = compute(row, clusterTotal);
    }

    /** Returns what a row's share is now, whatever it was at the last refresh. */
    long compute(int row, Resources clusterTotal) {
        int at = FIELDS * row;
        long most = fraction(charged[at + CPUS], clusterTotal.cpus());
        most = Math.max(most, fraction(charged[at + MEM], clusterTotal.mem()));
        most = Math.max(most, fraction(charged[at + DISK], clusterTotal.disk()));
        most = Math.max(most, fraction(charged[at + GPUS], clusterTotal.gpus()));
        if (!chargedOthers[row].isEmpty()) {
            most = Math.max(most, mostOfOthers(chargedOthers[row], clusterTotal));
        }
        return most * WEIGHT_DEFAULT / weights[row];
    }

    private static long mostOfOthers(Resources others, Resources clusterTotal) {
        long[] most = {0};
        others.scalars()
                .forEach((name, amount) -> most[0] = Math.max(most[0], fraction(amount, clusterTotal.scalar(name))));
        return most[0];
    }

    /** Returns part / total in 2^-40ths, by long division in two steps. */
    static long fraction(long part, long total) {
        if (part == 0 || total == 0) {
            return 0;
        }
        int excess = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(total) - TOTAL_BITS_MAX);
        long scaledTotal = total >>> excess;
        long scaledPart = part >>> excess;
        long wholes = scaledPart / scaledTotal;
        if (wholes >= TIMES_WHOLE_MAX) {
            return TIMES_WHOLE_MAX * WHOLE;
        }
        long rest = (scaledPart % scaledTotal) << HALF_BITS;
        long high = rest / scaledTotal;
        long low = ((rest % scaledTotal) << HALF_BITS) / scaledTotal;
        return wholes * WHOLE + (high << HALF_BITS) + low;
    }

    /** Orders rows by share, then by how long ago they got their last offer; 0 leaves the tie to the caller. */
    int compare(int one, int other) {
        int byShare = Long.compare(shares[one], shares[other]);
        return byShare != 0 ? byShare : Long.compare(lastOffers[one], lastOffers[other]);
    }
}
