package dev.polder.raft;

/**
 * Where a log begins: behind this entry, which it does not have any more, or which never was. Of the entries up to here
 * a snapshot has the effects.
 *
 * @param index of that entry, 0 if the log begins with the first one
 * @param term of that entry, 0 if there is none
 */
record Floor(long index, long term) {
    /** A log that has all its entries. */
    static final Floor NONE = new Floor(0, 0);

    /** Returns the first index that the log has, or will have. */
    long firstIndex() {
        return index + 1;
    }
}
