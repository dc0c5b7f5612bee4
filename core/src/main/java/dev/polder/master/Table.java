package dev.polder.master;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Immutable records in numbered slots, with views that cost next to nothing. Owned by one thread; views are read by any.
 *
 * <p>Slots lie in pages. A view takes the array of pages as it is; from then on the first change to a page copies it.
 * Taking a view therefore copies one pointer for every page, and a change copies at most one page.
 *
 * <pre>
 *  table  pages [ A  B' C ]        a change to B after the view was taken went to a copy, B'
 *  view   pages [ A  B  C ]
 * </pre>
 */
public final class Table<V> {
    private static final int PAGE_BITS = 6;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;

    private @Nullable Object[][] pages = new Object[0][];
    /** The epoch in which each page was made; a page of an older epoch may be seen by a view. */
    private long[] pageEpochs = new long[0];

    private long epoch;
    private boolean pagesShared;
    private int size;
    private int slotsUsed;
    private int[] freeSlots = new int[16];
    private int freeCount;

    /** Adds a value and returns its slot, a freed one if there is any. */
    public int add(V value) {
        int slot = freeCount > 0 ? freeSlots[--freeCount] : slotsUsed++;
        writablePage(slot)[slot & (PAGE_SIZE - 1)] = value;
        size++;
        return slot;
    }

    /** Replaces the value in a used slot. */
    public void set(int slot, V value) {
        writablePage(slot)[slot & (PAGE_SIZE - 1)] = value;
    }

    /** Returns the value in a used slot. */
    @SuppressWarnings("unchecked") // only values of V are ever stored
    public V get(int slot) {
        Object value = pages[slot >> PAGE_BITS][slot & (PAGE_SIZE - 1)];
        if (value == null) {
            throw new NoSuchElementException("slot " + slot + " is free");
        }
        return (V) value;
    }

    /** Frees a used slot and returns what was in it. */
    public V remove(int slot) {
        V value = get(slot);
        writablePage(slot)[slot & (PAGE_SIZE - 1)] = null;
        if (freeCount == freeSlots.length) {
            freeSlots = Arrays.copyOf(freeSlots, freeCount * 2);
        }
        freeSlots[freeCount++] = slot;
        size--;
        return value;
    }

    /** Returns how many slots are used. */
    public int size() {
        return size;
    }

    /** Returns the values as they are now, for good. */
    public View<V> view() {
        epoch++;
        pagesShared = true;
        return new View<>(pages, size);
    }

    private @Nullable Object[] writablePage(int slot) {
        int page = slot >> PAGE_BITS;
        if (page >= pages.length || pagesShared) {
            int length = Math.max(pages.length, page + 1);
            int grown = length > pages.length ? Math.max(length, pages.length + (pages.length >> 1)) : length;
            pages = Arrays.copyOf(pages, grown);
            pageEpochs = Arrays.copyOf(pageEpochs, grown);
            pagesShared = false;
        }
        @Nullable Object[] current = pages[page];
        if (current == null) {
            current = new Object[PAGE_SIZE];
        } else if (pageEpochs[page] == epoch) {
            return current;
        } else {
            current = current.clone();
        }
        pages[page] = current;
        pageEpochs[page] = epoch;
        return current;
    }

    /** The values of a table at one moment, in the order of their slots. Immutable. */
    public static final class View<V> implements Iterable<V> {
        private final @Nullable Object[][] pages;
        private final int size;

        private View(@Nullable Object[][] pages, int size) {
            this.pages = pages;
            this.size = size;
        }

        /** Returns how many values there are. */
        public int size() {
            return size;
        }

        @Override
        public Iterator<V> iterator() {
            return new Iterator<>() {
                private int left = size;
                private int slot;

                @Override
                public boolean hasNext() {
                    return left > 0;
                }

                @Override
                @SuppressWarnings("unchecked") // only values of V are ever stored
                public V next() {
                    if (left == 0) {
                        throw new NoSuchElementException();
                    }
                    while (true) {
                        @Nullable Object[] page = pages[slot >> PAGE_BITS];
                        Object value = page == null ? null : page[slot & (PAGE_SIZE - 1)];
                        slot++;
                        if (value != null) {
                            left--;
                            return (V) value;
                        }
                    }
                }
            };
        }
    }
}
