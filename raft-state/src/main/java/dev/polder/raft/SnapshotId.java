package dev.polder.raft;

import java.util.UUID;

/**
 * One snapshot of one member. Equal ids mean equal bytes; two members' snapshots of the same entry have different ids and
 * need not be equal.
 *
 * @param index the last entry whose effects are in it, at least 1
 * @param term of that entry, at least 1
 * @param unique 16 random bytes
 */
record SnapshotId(long index, long term, UUID unique) {
    @Override
    public String toString() {
        return "snapshot " + index + "/" + term + "/" + unique;
    }
}
