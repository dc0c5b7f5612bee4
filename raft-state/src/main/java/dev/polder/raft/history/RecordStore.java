package dev.polder.raft.history;

import org.jspecify.annotations.Nullable;

/** Where records lie outside the heap. One thread at a time changes it; any thread reads. It does not fail. */
interface RecordStore {
    /** Takes the number and the bytes of each record. */
    @FunctionalInterface
    interface Visitor {
        void record(long number, int bytes);
    }

    /** Visits all records, in any order. */
    void visit(Visitor visitor);

    /** Stores a record in place of an older one; returns false if it cannot, and then there is none under the number. */
    boolean put(long number, byte[] record);

    /** Returns the record, null if there is none that is whole. */
    byte @Nullable [] get(long number);

    void remove(long number);

    /** Gives everything back; nothing else is called afterwards, and whoever reads just now is waited for. */
    void close();
}
