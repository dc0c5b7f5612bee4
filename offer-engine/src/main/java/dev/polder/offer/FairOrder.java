package dev.polder.offer;

import java.util.Arrays;

/**
 * Rows in order of fairness, kept so one by one: a row is taken out before what it is ordered by changes, and put back
 * after. An array with room at both ends, so that the most frequent move of all, from the front to somewhere near the
 * end, shifts only what is on the shorter way. Owned by the engine's thread.
 */
final class FairOrder {
    private final Shares shares;
    private int[] rows = new int[4];
    private int head;
    private int size;

    /** The turn that was taken last; for the random order. */
    private long now;

    FairOrder(Shares shares) {
        this.shares = shares;
    }

    int size() {
        return size;
    }

    int get(int position) {
        return rows[head + position];
    }

    /** Puts a row in that is not there. */
    void add(int row) {
        if (shares.isRandom() && shares.key(row) <= now) {
            shares.waitFrom(row, now);
        }
        int at = position(row, size);
        boolean isRoomBefore = head > 0;
        boolean isRoomAfter = head + size < rows.length;
        if (!isRoomAfter && (!isRoomBefore || at >= size - at)) {
            recentre();
            isRoomBefore = head > 0;
        }
        if (isRoomBefore && at < size - at) {
            System.arraycopy(rows, head, rows, head - 1, at);
            head--;
        } else {
            System.arraycopy(rows, head + at, rows, head + at + 1, size - at);
        }
        rows[head + at] = row;
        size++;
    }

    /** Moves the rows to the middle, of a larger array if they fill more than half of it. */
    private void recentre() {
        int[] target = 2 * size > rows.length ? new int[2 * rows.length] : rows;
        int middle = (target.length - size) / 2;
        System.arraycopy(rows, head, target, middle, size);
        rows = target;
        head = middle;
    }

    /** Takes a row out that is there and is ordered as it was when it was put in. */
    void remove(int row) {
        int at = size > 0 && get(0) == row ? 0 : position(row, size);
        if (at == size || get(at) != row) {
            throw Invariant.broken("row %s is not at its place %s in %s", row, at, this);
        }
        size--;
        if (at < size - at) {
            System.arraycopy(rows, head, rows, head + 1, at);
            head++;
        } else {
            System.arraycopy(rows, head + at + 1, rows, head + at, size - at);
        }
    }

    /** A row's turn is taken: in the random order whoever was passed over waits anew, as if his turn were over, too. */
    void takeTurn(int row) {
        if (shares.isRandom()) {
            now = shares.key(row);
            while (get(0) != row) {
                int passed = get(0);
                remove(passed);
                add(passed);
            }
        }
    }

    /** Restores the order after many rows changed at once; quick where they kept it. */
    void sort() {
        for (int i = 1; i < size; i++) {
            int row = get(i);
            if (shares.compare(get(i - 1), row) > 0) {
                int at = position(row, i);
                System.arraycopy(rows, head + at, rows, head + at + 1, i - at);
                rows[head + at] = row;
            }
        }
    }

    /** Returns the first of the leading {@code end} positions whose row does not come before {@code row}. */
    private int position(int row, int end) {
        int low = 0;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int there = get(middle);
            if (there != row && shares.compare(there, row) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOfRange(rows, head, head + size));
    }
}
