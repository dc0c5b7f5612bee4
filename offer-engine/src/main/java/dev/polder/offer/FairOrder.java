package dev.polder.offer;

import java.util.Arrays;

/**
 * Rows in order of fairness, kept so one by one: a row is taken out before what it is ordered by changes, and put back
 * after. An array with room at both ends, so that the most frequent move of all, from the front to somewhere near the
 * end, shifts only what is on the shorter way. Owned by the engine's thread.
 *
 * <p>A row whose charges change but not its offers need not be taken out: it is moved, by its share as it is then, when
 * the order is next asked for. So many tasks that end between two rounds cost each row one move.
 */
final class FairOrder {
    /** When the turns have come so far, all begin again: well before a {@code long} ends. */
    private static final long TURNS_END = 1L << 61;

    private static final int NONE = -1;

    private final Shares shares;
    private int[] rows = new int[4];
    private int head;
    private int size;

    /** The first of the rows whose share has changed, {@link #NONE} if all are at their places. */
    private int unsettled = NONE;

    /** The turn that was taken last; for the random order. */
    private long now;

    FairOrder(Shares shares) {
        this.shares = shares;
    }

    int size() {
        return size;
    }

    int get(int position) {
        settle();
        return rows[head + position];
    }

    /** Returns the row at a position as it was when the order was last asked for. */
    int peek(int position) {
        return rows[head + position];
    }

    /** Puts a row in that is not there. */
    void add(int row) {
        settle();
        // a key that is too far ahead is of the time before the turns began again
        if (shares.isRandom() && (shares.key(row) <= now || shares.key(row) - now > Turns.LONGEST)) {
            shares.waitFrom(row, now);
        }
        int at = position(row, 0, size);
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
        settle();
        int at = placeOf(row);
        size--;
        if (at < size - at) {
            System.arraycopy(rows, head, rows, head + 1, at);
            head++;
        } else {
            System.arraycopy(rows, head + at + 1, rows, head + at, size - at);
        }
    }

    private int placeOf(int row) {
        int at = size > 0 && peek(0) == row ? 0 : position(row, 0, size);
        if (at == size || peek(at) != row) {
            throw Invariant.broken("row %s is not at its place %s in %s", row, at, this);
        }
        return at;
    }

    /** Notes that the share of a row that is there has changed. */
    void unsettle(int row) {
        if (shares.isRandom()) {
            if (size > 1) {
                remove(row);
                add(row);
            }
        } else if (!shares.isUnsettled(row)) {
            shares.unsettle(row, unsettled);
            unsettled = row;
        }
    }

    /** Moves the rows whose share has changed to their places. */
    void settle() {
        while (unsettled != NONE) {
            int row = unsettled;
            unsettled = shares.settle(row);
            int from = placeOf(row);
            shares.rekey(row);
            move(row, from);
        }
    }

    private void move(int row, int from) {
        int to = position(row, 0, from);
        if (to < from) {
            System.arraycopy(rows, head + to, rows, head + to + 1, from - to);
        } else {
            to = position(row, from + 1, size) - 1;
            System.arraycopy(rows, head + from + 1, rows, head + from, to - from);
        }
        rows[head + to] = row;
    }

    /** A row's turn is taken: in the random order whoever was passed over waits anew, as if his turn were over, too. */
    void takeTurn(int row) {
        if (shares.isRandom()) {
            if (now > TURNS_END) {
                beginAgain();
            }
            now = shares.key(row);
            while (get(0) != row) {
                int passed = get(0);
                remove(passed);
                add(passed);
            }
        }
    }

    private void beginAgain() {
        for (int i = 0; i < size; i++) {
            shares.shiftKey(get(i), -now);
        }
        now = 0;
    }

    /** Restores the order after the keys of many rows changed at once; quick where they kept it. */
    void sort() {
        while (unsettled != NONE) {
            unsettled = shares.settle(unsettled);
        }
        for (int i = 1; i < size; i++) {
            int row = peek(i);
            if (shares.compare(peek(i - 1), row) > 0) {
                int at = position(row, 0, i);
                System.arraycopy(rows, head + at, rows, head + at + 1, i - at);
                rows[head + at] = row;
            }
        }
    }

    /** Returns the first position from {@code begin} on, below {@code end}, whose row does not come before this one. */
    private int position(int row, int begin, int end) {
        int low = begin;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int there = peek(middle);
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
