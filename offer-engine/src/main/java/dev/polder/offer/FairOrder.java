package dev.polder.offer;

import java.util.Arrays;

/**
 * Rows in ascending order, kept so one by one: a row is taken out before what it is ordered by changes, and put back
 * after. Both take a binary search and one array copy. Owned by the engine's thread.
 */
final class FairOrder {
    /** A total order of rows; two rows are never equal. */
    interface Comparator {
        /** Returns a negative number if {@code one} comes before {@code other}, a positive one if after. */
        int compare(int one, int other);
    }

    private final Comparator comparator;
    private int[] rows = new int[8];
    private int size;

    FairOrder(Comparator comparator) {
        this.comparator = comparator;
    }

    int size() {
        return size;
    }

    int get(int position) {
        return rows[position];
    }

    /** Puts a row in that is not there. */
    void add(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, 2 * size);
        }
        int at = position(row, size);
        System.arraycopy(rows, at, rows, at + 1, size - at);
        rows[at] = row;
        size++;
    }

    /** Takes a row out that is there and is ordered as it was when it was put in. */
    void remove(int row) {
        int at = position(row, size);
        if (at == size || rows[at] != row) {
            throw Invariant.broken("row %s is not at its place %s in %s", row, at, this);
        }
        size--;
        System.arraycopy(rows, at + 1, rows, at, size - at);
    }

    /** Restores the order after many rows changed at once; quick where they kept it. */
    void sort() {
        for (int i = 1; i < size; i++) {
            int row = rows[i];
            if (comparator.compare(rows[i - 1], row) > 0) {
                int at = position(row, i);
                System.arraycopy(rows, at, rows, at + 1, i - at);
                rows[at] = row;
            }
        }
    }

    /** Returns the first of the leading {@code end} positions whose row does not come before {@code row}. */
    private int position(int row, int end) {
        int low = 0;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (rows[middle] != row && comparator.compare(rows[middle], row) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOf(rows, size));
    }
}
