package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.Arrays;

/**
 * Amounts of resources by dense row: the plain part (unreserved cpus, disk, gpus and mem) as four longs side by side,
 * everything else as one immutable value. Sums and comparisons of plain amounts allocate nothing. Owned by the engine's
 * thread; an absent row is nothing.
 */
final class ResourceColumn {
    static final int CPUS = 0;
    static final int DISK = 1;
    static final int GPUS = 2;
    static final int MEM = 3;

    /** How many plain scalars there are. */
    static final int FIELDS = 4;

    /** What is special about a row: nothing, something without scalars, such as ports, or something with scalars. */
    private static final byte NOTHING = 0;

    private static final byte PIECES = 1;
    private static final byte SCALARS = 2;

    private long[] plain = {};

    /**
     * What a row has or had last: it counts where {@link #sort} says so. What comes and goes, as an agent's ports do, is
     * then written once, for to write a reference takes far longer than a number.
     */
    private Resources[] special = {};

    /** What sort of thing is in {@link #special}, so that the most frequent questions need not look there. */
    private byte[] sort = {};

    /** Makes room for {@code row}; what is new is nothing. */
    void ensure(int row) {
        int rows = special.length;
        if (row >= rows) {
            int more = FreeList.rowsFor(row);
            plain = Arrays.copyOf(plain, FIELDS * more);
            special = Arrays.copyOf(special, more);
            Arrays.fill(special, rows, more, Resources.EMPTY);
            sort = Arrays.copyOf(sort, more);
        }
    }

    void clear(int row) {
        int at = FIELDS * row;
        plain[at] = 0;
        plain[at + 1] = 0;
        plain[at + 2] = 0;
        plain[at + 3] = 0;
        sort[row] = NOTHING;
    }

    /** Takes out what everybody may have. */
    void clearPool(int row) {
        Resources others = special(row);
        clear(row);
        setSpecial(row, others.filter(id -> !Pool.contains(id)));
    }

    void set(int row, Resources resources) {
        int at = FIELDS * row;
        plain[at + CPUS] = resources.cpus();
        plain[at + DISK] = resources.disk();
        plain[at + GPUS] = resources.gpus();
        plain[at + MEM] = resources.mem();
        // whether there is something, and what, is asked of the whole: that is at hand, its part may not be
        setSpecial(row, resources.special(), sortOf(resources));
    }

    void copy(int row, ResourceColumn from, int fromRow) {
        System.arraycopy(from.plain, FIELDS * fromRow, plain, FIELDS * row, FIELDS);
        setSpecial(row, from.special[fromRow], from.sort[fromRow]);
    }

    void add(int row, ResourceColumn from, int fromRow) {
        int at = FIELDS * row;
        int fromAt = FIELDS * fromRow;
        plain[at] += from.plain[fromAt];
        plain[at + 1] += from.plain[fromAt + 1];
        plain[at + 2] += from.plain[fromAt + 2];
        plain[at + 3] += from.plain[fromAt + 3];
        if (from.sort[fromRow] == NOTHING) {
            return;
        }
        if (sort[row] == NOTHING) {
            setSpecial(row, from.special[fromRow], from.sort[fromRow]);
        } else {
            setSpecial(row, special[row].plus(from.special[fromRow]));
        }
    }

    /** Takes away what must be there. */
    void subtract(int row, ResourceColumn from, int fromRow) {
        int at = FIELDS * row;
        int fromAt = FIELDS * fromRow;
        plain[at] -= from.plain[fromAt];
        plain[at + 1] -= from.plain[fromAt + 1];
        plain[at + 2] -= from.plain[fromAt + 2];
        plain[at + 3] -= from.plain[fromAt + 3];
        if ((plain[at] | plain[at + 1] | plain[at + 2] | plain[at + 3]) < 0) {
            throw Invariant.broken("row %s: less than nothing after %s is taken away", row, from.get(fromRow));
        }
        if (from.sort[fromRow] == NOTHING) {
            return;
        }
        if (sort[row] != NOTHING && isSame(special[row], from.special[fromRow])) {
            sort[row] = NOTHING;
        } else {
            setSpecial(row, special(row).minus(from.special[fromRow]));
        }
    }

    boolean covers(int row, ResourceColumn other, int otherRow) {
        int at = FIELDS * row;
        int otherAt = FIELDS * otherRow;
        return plain[at] >= other.plain[otherAt]
                && plain[at + 1] >= other.plain[otherAt + 1]
                && plain[at + 2] >= other.plain[otherAt + 2]
                && plain[at + 3] >= other.plain[otherAt + 3]
                && (other.sort[otherRow] == NOTHING || special(row).covers(other.special[otherRow]));
    }

    boolean covers(int row, Resources resources) {
        int at = FIELDS * row;
        return plain[at + CPUS] >= resources.cpus()
                && plain[at + DISK] >= resources.disk()
                && plain[at + GPUS] >= resources.gpus()
                && plain[at + MEM] >= resources.mem()
                && (!resources.hasSpecial()
                        || isSame(special(row), resources.special())
                        || special(row).covers(resources.special()));
    }

    boolean isEmpty(int row) {
        int at = FIELDS * row;
        return (plain[at] | plain[at + 1] | plain[at + 2] | plain[at + 3]) == 0 && sort[row] == NOTHING;
    }

    /** Returns a plain scalar in thousandths. */
    long plain(int row, int field) {
        return plain[FIELDS * row + field];
    }

    void setPlain(int row, int field, long thousandths) {
        plain[FIELDS * row + field] = thousandths;
    }

    /** Returns everything that is not plain. */
    Resources special(int row) {
        return sort[row] == NOTHING ? Resources.EMPTY : special[row];
    }

    /** Replaces everything that is not plain. */
    void setSpecial(int row, Resources resources) {
        setSpecial(row, resources, sortOf(resources));
    }

    private void setSpecial(int row, Resources resources, byte itsSort) {
        sort[row] = itsSort;
        if (itsSort != NOTHING && !isSame(special[row], resources)) {
            special[row] = resources;
        }
    }

    /** Tells whether these are one object: most often one is handed round, and what is equal goes the long way. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Resources one, Resources other) {
        return one == other;
    }

    private static byte sortOf(Resources resources) {
        return resources.hasSpecialScalars() ? SCALARS : resources.hasSpecial() ? PIECES : NOTHING;
    }

    /** Tells whether there is something that is not plain. */
    boolean hasSpecial(int row) {
        return sort[row] != NOTHING;
    }

    /** Tells whether there are scalars among what is not plain. */
    boolean hasSpecialScalars(int row) {
        return sort[row] == SCALARS;
    }

    /** Returns the plain scalars as quantities. */
    Quantities plainQuantities(int row) {
        int at = FIELDS * row;
        return Quantities.ofPlain(plain[at + CPUS], plain[at + DISK], plain[at + GPUS], plain[at + MEM]);
    }

    /** Returns the amount as a value, which takes an allocation. */
    Resources get(int row) {
        int at = FIELDS * row;
        return special(row).withPlain(plain[at + CPUS], plain[at + DISK], plain[at + GPUS], plain[at + MEM]);
    }
}
